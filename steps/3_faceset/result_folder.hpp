// SPDX-License-Identifier: Apache-2.0
// A folder of results that is filled over several runs.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/jobs/run.hpp"

namespace understudy {

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
