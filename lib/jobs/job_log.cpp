// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/job_log.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"

namespace understudy {
namespace {

// What a job wrote, and the folder if that was all; nothing while the job runs.
void remove_log(const fs::path& folder) {
  const auto lock = FileLock::take(folder / job_lock_file);
  if (!lock) return;
  remove_temporaries(folder);
  std::error_code error;
  for (const char* name : {job_events_file, job_progress_file, job_lock_file}) fs::remove(folder / name, error);
  fs::remove(folder, error);  // fails when something else lies there
}

// Of the jobs before this one: what a killed one was just writing, and the oldest logs whole.
void tidy_up(const fs::path& jobs) {
  std::vector<fs::path> all;
  std::error_code error;
  for (fs::directory_iterator it(jobs, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (is_job_name(it->path().filename().string()) && !it->is_symlink(ignored) && it->is_directory(ignored))
      all.push_back(it->path());
  }
  std::sort(all.begin(), all.end());
  for (const auto& folder : all) remove_temporaries(folder);
  for (std::size_t i = 0; i + kept_jobs < all.size(); ++i) remove_log(all[i]);
}

// Lines of one kind are thinned together; those of an empty kind are all kept.
struct KindOf {
  std::string operator()(const ProgressEvent& e) const { return "progress/" + e.what; }
  std::string operator()(const MetricEvent& e) const {
    return "metric/" + (e.values.empty() ? std::string() : e.values.front().first);
  }
  std::string operator()(const PreviewEvent& e) const { return "preview/" + e.slot; }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

// Seconds between two lines of a kind in a job that is so old: a second at first, an hour after a week.
double interval_at(double age) { return std::max(1.0, age / 200); }

}  // namespace

bool is_job_name(std::string_view name) {
  const auto digits = [&](std::size_t from, std::size_t to) {
    return to > from && std::ranges::all_of(name.substr(from, to - from), [](char c) { return c >= '0' && c <= '9'; });
  };
  const auto dot = name.find('.'), dash = name.find('-');
  if (dot == std::string_view::npos || dash != dot + 4 || !digits(0, dot) || !digits(dot + 1, dash)) return false;
  const auto verb = name.substr(dash + 1);  // no way out of the folder of jobs
  return !verb.empty() &&
         std::ranges::all_of(verb, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string job_name(double time, std::string_view verb) {
  std::string name = fmt::format("{:.3f}-{}", time, verb);
  std::ranges::replace(name, ' ', '-');
  return name;
}

JobLog::JobLog(const fs::path& jobs, StartedEvent started, std::FILE* stream) : stream_(stream), started_(wall_time()) {
  const bool named = !started.job.empty();
  job_ = named ? started.job : job_name(started_, started.verb);
  if (!jobs.empty()) open(jobs, named);
  started.job = job_;
  if (!begun_before_) add(started);
}

void JobLog::open(const fs::path& jobs, bool named) {
  if (!make_folders(jobs)) return;
  std::error_code error;
  const std::string wanted = job_;
  bool made = fs::create_directory(jobs / job_, error);
  begun_before_ = named && !made && !error;
  if (begun_before_) return;
  for (int n = 2; !made && !error && n < 1000; ++n) {  // another job of this verb began in the same millisecond
    job_ = fmt::format("{}-{}", wanted, n);
    made = fs::create_directory(jobs / job_, error);
  }
  if (!made) return;
  folder_ = jobs / job_;
  if (auto lock = FileLock::take(folder_ / job_lock_file); lock) lock_ = *std::move(lock);
  tidy_up(jobs);
  file_.reset(std::fopen((folder_ / job_events_file).c_str(), "w"));
}

JobLog::~JobLog() { write_waiting(wall_time()); }

void JobLog::write(const std::string& line) {
  if (!file_) return;
  std::fputs(line.c_str(), file_.get());
  std::fflush(file_.get());
}

void JobLog::write_waiting(double now) {
  std::map<std::uint64_t, std::string> by_id;
  for (auto& [kind, thinned] : thinned_) {
    if (thinned.waiting.empty()) continue;
    by_id[thinned.id] = std::exchange(thinned.waiting, {});
    thinned.written = now;
  }
  for (const auto& [id, line] : by_id) write(line);
}

// Replaced, not appended to: whoever looks sees one whole line. Not synced, for it is worth nothing after a crash.
void JobLog::keep_slot(const std::string& line, double now) {
  if (!file_ || now - slot_written_ < 1) return;
  slot_written_ = now;
  const fs::path temporary = temporary_name(folder_ / job_progress_file);
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(temporary.c_str(), "w"));
  if (!file || std::fputs(line.c_str(), file.get()) < 0 || std::fflush(file.get()) != 0) return;
  std::error_code error;
  fs::rename(temporary, folder_ / job_progress_file, error);
}

void JobLog::add(const Event& event) {
  const double now = wall_time();
  const std::uint64_t id = next_++;
  const std::string line = to_line(to_json(event, id, now));
  if (stream_ != nullptr && !stream_closed_)
    stream_closed_ = std::fputs(line.c_str(), stream_) < 0 || std::fflush(stream_) != 0;
  if (std::holds_alternative<ProgressEvent>(event)) keep_slot(line, now);
  const std::string kind = std::visit(KindOf{}, event);
  if (!kind.empty()) {
    auto [thinned, first] = thinned_.try_emplace(kind);
    if (!first && now - thinned->second.written < interval_at(now - started_)) {
      thinned->second.id = id;
      thinned->second.waiting = line;
      return;
    }
    thinned->second = {now, id, {}};
  }
  write_waiting(now);
  write(line);
}

}  // namespace understudy
