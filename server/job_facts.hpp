// SPDX-License-Identifier: Apache-2.0
// What a job's log says of it, read as it grows: the log is the truth, whoever started the job and whatever became of
// the server meanwhile.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "lib/base/files.hpp"

namespace understudy::studio {

struct JobFacts {
  bool begun = false;              // its log is there
  double started = 0, newest = 0;  // wall time of the first line and of the last
  std::int64_t last_id = -1;       // of the lines
  std::string verb, workspace, command, folder, stage;
  nlohmann::json positionals = nlohmann::json::object(), options = nlohmann::json::object();
  nlohmann::json progress;  // the newest event of its kind, or null
  // What ended it: the report, or {code, message, hint}; else null. Of a report of more than a megabyte the beginning
  // of each list, object and text, and `cut_short`.
  nlohmann::json report, error;
  nlohmann::json metric;                           // the newest: {at, values}
  std::map<std::string, nlohmann::json> previews;  // slot -> the newest: {slot, path, version}
  std::size_t warnings = 0;                        // of those read
  std::string last_warning;
  std::size_t rollbacks = 0;  // of the warnings: a training went back to its last save
  bool ended() const { return !report.is_null() || !error.is_null(); }
};

// Follows jobs/<job>/events.jsonl. Of a log of many megabytes the first lines and the last part are read.
class JobReader {
 public:
  explicit JobReader(fs::path folder) : folder_(std::move(folder)) {}
  void update();  // takes in what has come since
  const JobFacts& facts() const { return facts_; }

 private:
  void take(std::string_view line);
  void take_event(nlohmann::json event);
  fs::path folder_;
  JobFacts facts_;
  std::uint64_t position_ = 0;
};

// The lines of a job's log whose ids are larger than `after`, at most that many bytes of them, each ending in a line
// break; and where to go on. A torn last line waits for its end.
struct LogPart {
  std::string lines;
  std::uint64_t position = 0;
};
LogPart read_log(const fs::path& folder, std::uint64_t position, std::int64_t after, std::size_t bytes);
// The id of a line of a log, -1 where it has none.
std::int64_t line_id(std::string_view line);

}  // namespace understudy::studio
