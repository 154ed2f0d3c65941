// SPDX-License-Identifier: Apache-2.0
// What a tool did, for its report: counts, and the faces it had to leave out, each with the reason.
#pragma once

#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "lib/base/files.hpp"
#include "lib/face/face_file.hpp"
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
  std::string report() const;  // {"faces":…, "skipped":[names], …}

 private:
  Run& run_;
  std::mutex mutex_;
  nlohmann::json fields_ = nlohmann::json::object();
  std::vector<std::string> skipped_;
};

// A new folder of faces beside the old one, filled over several runs.
class ResultFolder {
 public:
  // Results of a run with other options count as missing.
  static Result<ResultFolder> open(const fs::path& folder, const nlohmann::json& options);
  const fs::path& path() const { return folder_; }
  // Whether an earlier run made this one, after the face it is made from last changed.
  bool has(const fs::path& result, const fs::path& face) const;
  // When every result is there: they take their originals' places in `faces`, and the originals go to its trash.
  Result<> take_places_in(const fs::path& faces, const std::vector<std::string>& names);

 private:
  fs::path folder_;
  fs::file_time_type since_;
};

}  // namespace understudy
