// SPDX-License-Identifier: Apache-2.0
// Events of a job as numbered JSON lines: on disk in WORKSPACE/.understudy/jobs/<id>/events.jsonl, and on a stream.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "lib/base/files.hpp"
#include "lib/jobs/event.hpp"

namespace understudy {

class JobLog {
 public:
  // `jobs` is the folder for all jobs; an empty path keeps nothing on disk. `stream` (or null) gets every line at once.
  // A folder that cannot be written is no error: the job matters more than its log.
  JobLog(const fs::path& jobs, const std::string& verb, const std::string& command_line, std::FILE* stream);
  ~JobLog();
  void add(const Event&);

 private:
  struct Closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::unique_ptr<std::FILE, Closer> file_;
  std::FILE* stream_;
  std::uint64_t next_ = 1;
};

}  // namespace understudy
