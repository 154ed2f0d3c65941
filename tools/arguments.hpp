// SPDX-License-Identifier: Apache-2.0
// The arguments of the workshops: VERB --KEY VALUE …
#pragma once

#include <cstdlib>
#include <map>
#include <string>

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

}  // namespace understudy
