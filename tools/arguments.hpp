// SPDX-License-Identifier: Apache-2.0
// What the workshops share: arguments VERB --KEY VALUE …, and how they end.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "lib/base/result.hpp"

namespace understudy {

struct Arguments {
  std::string verb;
  std::map<std::string, std::string> values;

  Arguments(int argc, char** argv) : verb(argc > 1 ? argv[1] : "") {
    for (int i = 2; i + 1 < argc; i += 2) values[std::string(argv[i]).substr(2)] = argv[i + 1];
  }
  std::string text(const std::string& key, const std::string& otherwise) const {
    const auto it = values.find(key);
    return it == values.end() ? otherwise : it->second;
  }
  double number(const std::string& key, double otherwise) const {
    const auto it = values.find(key);
    return it == values.end() ? otherwise : std::atof(it->second.c_str());
  }
};

// A training that was asked to stop has saved, and is not done: whoever calls it for what it makes must be told.
inline Result<> at_target(std::int64_t steps, std::int64_t target) {
  if (steps >= target) return {};
  return fail_with_hint(Code::cancelled, fmt::format("Stopped after {} of {} steps; all is saved", steps, target),
                        "Call it again to go on.");
}

inline int end_with(const Result<>& done) {
  if (done) return 0;
  std::fprintf(stderr, "%s\n", to_sentence(done.error()).c_str());
  return exit_status(done.error().code);
}

}  // namespace understudy
