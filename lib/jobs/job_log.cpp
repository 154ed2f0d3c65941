// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/job_log.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"

namespace understudy {
namespace {

constexpr std::size_t kept_jobs = 200;

// Job folders are named by their start time, so that names sort by age; the oldest go.
void remove_oldest(const fs::path& jobs) {
  std::vector<fs::path> all;
  std::error_code error;
  for (fs::directory_iterator it(jobs, error), end; !error && it != end; it.increment(error)) all.push_back(it->path());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i + kept_jobs < all.size(); ++i) fs::remove_all(all[i], error);
}

}  // namespace

JobLog::JobLog(const fs::path& jobs, const std::string& verb, const std::string& command_line, std::FILE* stream)
    : stream_(stream) {
  if (jobs.empty()) return;
  std::string name = verb;
  std::replace(name.begin(), name.end(), ' ', '-');
  const fs::path folder = jobs / fmt::format("{:.3f}-{}", wall_time(), name);
  if (!make_folders(folder)) return;
  remove_oldest(jobs);
  file_.reset(std::fopen((folder / "events.jsonl").c_str(), "w"));
  if (file_)
    std::fputs(
        (json_text(nlohmann::json{{"event", "started"}, {"id", 0}, {"time", wall_time()}, {"command", command_line}}) +
         "\n")
            .c_str(),
        file_.get());
}

JobLog::~JobLog() = default;

void JobLog::add(const Event& event) {
  const std::string line = json_text(to_json(event, next_++, wall_time())) + "\n";
  for (std::FILE* f : {file_.get(), stream_}) {
    if (f == nullptr) continue;
    std::fputs(line.c_str(), f);
    std::fflush(f);
  }
}

}  // namespace understudy
