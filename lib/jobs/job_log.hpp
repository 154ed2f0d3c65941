// SPDX-License-Identifier: Apache-2.0
// Events of a job as numbered JSON lines: all of them on a stream, and thinned in WORKSPACE/.understudy/jobs/<job>/.
// There, events.jsonl keeps a line of progress, numbers or pictures at most once a second at first and ever more rarely
// as the job goes on (a week makes some 2,000 lines of each), and the newest before every other line, so that ids rise;
// progress.json is the slot that holds the newest progress. All other events are kept.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/files.hpp"
#include "lib/base/lock.hpp"
#include "lib/jobs/event.hpp"

namespace understudy {

// "1732859104.123-frames-extract": the names of jobs, by their start time, so that they sort by age.
bool is_job_name(std::string_view);
std::string job_name(double time, std::string_view verb);

// The files of a job's folder.
inline constexpr const char* job_events_file = "events.jsonl";
inline constexpr const char* job_progress_file = "progress.json";
inline constexpr const char* job_lock_file = "lock";
inline constexpr std::size_t kept_jobs = 200;  // logs; older ones are removed

class JobLog {
 public:
  // `jobs` is the folder for all jobs; an empty path keeps nothing on disk. `stream` (or null) gets every line at once.
  // Names the job and tells of its start. Who starts jobs may have named it (`started.job`, is_job_name()): where a
  // folder of that name is there already the job was begun by another process, which begun_before() tells, and nothing
  // is written. The oldest logs beyond 200 are removed, but for those of jobs that still run and for files that are not
  // ours. A folder that cannot be written is no error: the job matters more than its log.
  JobLog(const fs::path& jobs, StartedEvent, std::FILE* stream);
  ~JobLog();
  void add(const Event&);
  const std::string& job() const { return job_; }
  bool begun_before() const { return begun_before_; }
  // Nobody reads the stream any more.
  bool stream_closed() const { return stream_closed_; }

 private:
  // Lines of one kind, of which the newest waits when it comes too soon behind the last that was written.
  struct Thinned {
    double written = 0;  // when, wall time
    std::uint64_t id = 0;
    std::string waiting;
  };
  void open(const fs::path& jobs, bool named);
  void write(const std::string& line);
  void write_waiting(double now);
  void keep_slot(const std::string& line, double now);

  struct Closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::string job_;
  fs::path folder_;
  std::optional<FileLock> lock_;  // tells others that the job runs
  std::unique_ptr<std::FILE, Closer> file_;
  std::FILE* stream_;
  bool stream_closed_ = false, begun_before_ = false;
  double started_ = 0, slot_written_ = 0;
  std::map<std::string, Thinned> thinned_;
  std::uint64_t next_ = 0;
};

}  // namespace understudy
