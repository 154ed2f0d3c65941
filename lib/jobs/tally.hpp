// SPDX-License-Identifier: Apache-2.0
// What a tool did, for its report: counts, and the faces it had to leave out, each with the reason.
#pragma once

#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "lib/jobs/run.hpp"

namespace understudy {

// Thread-safe.
class Tally {
 public:
  explicit Tally(Run& run) : run_(run) {}
  void count(const char* what, std::int64_t number = 1);
  // Warns (of the first twenty), and names it in the report.
  void skip(const std::string& name, const std::string& why);
  void skip(const std::string& name, const Error& error) { skip(name, to_sentence(error)); }
  void set(const char* key, nlohmann::json value) { fields_[key] = std::move(value); }
  std::size_t skipped() const { return skipped_.size(); }
  std::int64_t number(const char* what) const { return fields_.value(what, std::int64_t{0}); }
  std::string report() const;  // {"faces":…, "skipped":[names], …}

 private:
  Run& run_;
  std::mutex mutex_;
  nlohmann::json fields_ = nlohmann::json::object();
  std::vector<std::string> skipped_;
};

}  // namespace understudy
