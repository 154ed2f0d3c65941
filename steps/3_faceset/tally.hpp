// SPDX-License-Identifier: Apache-2.0
// What a tool did, for its report: counts, and the faces it had to leave out, each with the reason.
#pragma once

#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
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
  std::int64_t number(const char* what) const { return fields_.value(what, std::int64_t{0}); }
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
  // Takes the folder. Results of a run with other options count as missing; what was not made here is put aside when a
  // result gets its name.
  static Result<ResultFolder> open(const fs::path& folder, const nlohmann::json& options, Run&);
  const fs::path& path() const { return made_.folder(); }
  // Whether an earlier run made the result of that name, from the face as it is now.
  bool has(const std::string& name, const fs::path& face) const;
  const Aside& aside() const { return aside_; }
  Result<> write(const std::string& name, const fs::path& face, const Bytes& jpeg);
  // When every result is there: they take their originals' places in `faces`, and the originals go to its trash.
  Result<> take_places_in(const fs::path& faces, const std::vector<std::string>& names);

 private:
  ResultFolder(FileLock lock, MadeFiles made, Aside aside, std::string options)
      : lock_(std::move(lock)), made_(std::move(made)), aside_(std::move(aside)), options_(std::move(options)) {}
  std::optional<FileLock> lock_;
  MadeFiles made_;
  Aside aside_;
  std::string options_;
};

}  // namespace understudy
