// SPDX-License-Identifier: Apache-2.0
// The supervisor's thread: what lies on the disk, which processes live, what begins next.
#include <algorithm>
#include <array>
#include <fstream>

#include "lib/base/frame_files.hpp"
#include "lib/base/hash.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/base/workers.hpp"
#include "lib/jobs/job_log.hpp"
#include "server/json_facts.hpp"
#include "server/supervisor.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr double look_every = 0.25;   // seconds
constexpr double begins_within = 10;  // of a process without a log: it is loading, or it will never write one
constexpr std::size_t shown_jobs = 200;

bool is_training(const std::string& verb) {
  return verb.starts_with("train ") || verb == "mask train" || verb == "run" || verb == "demo";
}

// The process that a job's lock names, if it lives on this machine and is one of ours. The lock of a job that was
// killed stays, and its number may be another's by now, even this server's: whoever holds a lock has its file open.
ProcessId holder_of(const fs::path& lock) {
  const auto holder = lock_holder(lock);
  if (!holder || holder->machine != host_name() || holder->process == own_process_id()) return {};
  const auto process = process_id(holder->process);
  std::string name;  // not by read_text(): such files have no size
  std::getline(std::ifstream(fmt::format("/proc/{}/comm", process.pid)), name);
  if (!name.starts_with("understudy")) return {};
  return has_open(process.pid, lock).value_or(true) ? process : ProcessId{};
}

// For pipes, which not every disk can hold: a folder of this user's where the system keeps what is temporary.
Result<fs::path> pipes_folder() {
  std::error_code error;
  const auto folder = fs::temp_directory_path(error) / fmt::format("understudy-{}", user_id());
  TRY_VOID(make_folders(folder));
  fs::permissions(folder, fs::perms::owner_all, error);  // fails when another made it
  if (error) return fail(Code::io, "{} is another user's", folder.string());
  return folder;
}

std::string end_of(const fs::path& file) {
  constexpr std::uint64_t most = 4096;
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return {};
  const auto bytes = read_range(file, size > most ? size - most : 0, most);
  return bytes ? terminal_text({reinterpret_cast<const char*>(bytes->data()), bytes->size()}) : std::string();
}

}  // namespace

void Supervisor::read_entries() {
  std::error_code error;
  const auto stamp = change_stamp(entries_folder_);
  if (stamp != 0 && stamp == entries_stamp_) return;
  entries_stamp_ = settled(entries_folder_) ? stamp : 0;
  for (fs::directory_iterator it(entries_folder_, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() != ".json") continue;
    const auto job = it->path().stem().string();
    const auto of_file = change_stamp(it->path());
    if (const auto known = known_.find(job); known != known_.end() && known->second.entry_stamp == of_file) continue;
    auto entry = read_entry(job);
    if (!entry) continue;
    auto& known = known_[job];
    known.entry_stamp = settled(it->path()) ? of_file : 0;
    adopt(known, *std::move(entry));
  }
}

Result<JobEntry> Supervisor::read_entry(const std::string& job) const {
  TRY(const auto text, read_text(entries_folder_ / (job + ".json"), 1 << 20));
  const json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  TRY(auto entry, job_entry_of(parsed.is_object() ? parsed : json::object()));
  if (entry.job != job) return fail(Code::bad_file, "It is another job's");
  return entry;
}

// What stands on the disk is what holds: another studio that has this workspace open may have begun it, or dropped it.
void Supervisor::adopt(Known& one, JobEntry entry) {
  if (!one.reader) one.reader = std::make_unique<JobReader>(jobs_folder_ / entry.job);
  if (one.entry && *one.entry == entry) return;
  if (entry.process.pid != 0) one.process = entry.process;
  one.entry = std::move(entry);
  one.shown = nullptr;
}

// Jobs remove the oldest logs themselves; what was asked for goes with its log, or it would look as if it had failed.
void Supervisor::forget_old() {
  const auto logs = sub_folders(jobs_folder_);
  if (logs.size() < kept_jobs) return;
  const auto oldest = logs[logs.size() - kept_jobs].filename().string();
  std::error_code error;
  for (auto it = known_.begin(); it != known_.end();) {
    const auto& [job, one] = *it;
    const bool old = job < oldest && one.entry && one.entry->standing != Standing::waiting && !is_alive(one.process) &&
                     !fs::exists(jobs_folder_ / job, error);
    if (old) {
      fs::remove(entries_folder_ / (job + ".json"), error);
      fs::remove(entries_folder_ / (job + ".errors"), error);
    }
    it = old ? known_.erase(it) : std::next(it);
  }
}

void Supervisor::find_logs() {
  std::error_code error;
  for (fs::directory_iterator it(jobs_folder_, error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (!is_job_name(name) || known_.contains(name)) continue;
    known_[name].reader = std::make_unique<JobReader>(it->path());
  }
}

// Nothing of it changes any more: its last word was read, or was never said and its process is gone.
bool Supervisor::is_over(const Known& one) {
  return !one.runs && !one.shown.is_null() && (one.reader->facts().ended() || one.process.pid != 0);
}

void Supervisor::update(const std::string& job, Known& one) {
  if (is_over(one)) return;
  if (one.process.pid == 0 && !one.reader->facts().ended()) one.process = holder_of(jobs_folder_ / job / job_lock_file);
  one.runs = one.process.pid != 0 && is_alive(one.process);
  one.stands = one.runs && is_stopped(one.process);
  one.reader->update();  // behind the look at the process: what it said last is there then
  if (one.entry && one.entry->standing == Standing::begun && !one.reader->facts().begun && one.looked == 0)
    one.looked = wall_time();
  one.shown = show(job, one);
}

std::string Supervisor::state_of(const Known& one) const {
  const auto& facts = one.reader->facts();
  if (one.entry && one.entry->standing == Standing::waiting) return "waiting";
  if (one.entry && one.entry->standing == Standing::dropped) return "cancelled";
  if (one.runs && !facts.ended()) {
    if (one.stop_asked) return "stopping";
    if (one.stands) return "paused";
    return facts.begun ? "running" : "starting";
  }
  if (facts.report.is_object()) return "done";
  if (facts.error.is_object()) return facts.error.value("code", "") == "cancelled" ? "cancelled" : "failed";
  if (one.entry && !facts.begun && one.process.pid == 0) return "starting";
  return "failed";
}

json Supervisor::show(const std::string& job, const Known& one) const {
  const auto& facts = one.reader->facts();
  const std::string state = state_of(one);
  const std::string verb = one.entry ? one.entry->verb : facts.verb;
  const json* described = verb_of(verb);
  json shown = {{"job", job},
                {"verb", verb},
                {"workspace", facts.workspace},
                {"state", state},
                {"positionals", one.entry ? json(one.entry->positionals) : facts.positionals},
                {"options", one.entry ? one.entry->options : facts.options},
                {"asked", one.entry ? one.entry->asked : facts.started},
                {"started", facts.started},
                {"newest", facts.newest},
                {"last_id", facts.last_id},
                {"stage", facts.stage},
                {"progress", facts.progress},
                {"metric", facts.metric},
                {"warnings", facts.warnings},
                {"last_warning", facts.last_warning},
                {"rollbacks", facts.rollbacks},
                {"here", one.entry.has_value()},
                {"pid", one.runs ? one.process.pid : 0},
                {"commands", described ? (*described)["commands"] : json::array()}};
  if (one.entry && described) {
    shown["command"] = command_line(*one.entry, *described);
    shown["place"] = one.entry->place;
  } else {
    shown["command"] = facts.command;
  }
  if (facts.error.is_object()) shown["error"] = facts.error;
  if (state == "failed" && !facts.error.is_object()) {
    const std::string said = one.entry ? end_of(one.entry->errors) : std::string();
    shown["error"] = {
        {"code", "internal"},
        {"message", said.empty() ? "It ended without a word: it was killed, or the machine went down" : said}};
  }
  return shown;
}

// Of all studios that have this workspace open one begins it: whoever comes later takes over what that one has written.
Result<> Supervisor::begin(Known& one) {
  TRY(const auto lock, hold_entries());
  if (auto there = read_entry(one.entry->job);
      there && (there->standing != one.entry->standing || there->process != one.entry->process)) {
    adopt(one, *std::move(there));
    return {};
  }
  auto entry = *one.entry;
  TRY(const auto pipes, pipes_folder());
  entry.pipe = pipes / fmt::format("{}-{:016x}", entry.job, xxh3(workspace_.root.string()));
  entry.standing = Standing::begun;
  TRY_VOID(keep(entry));  // before the process is: a server that is killed here finds it by its log
  std::error_code ignored;
  fs::remove(entry.pipe, ignored);
  TRY_VOID(make_pipe(entry.pipe));
  const json* verb = verb_of(entry.verb);
  if (!verb) return fail(Code::bad_option, "There is no verb '{}' any more", entry.verb);
  ChildStart start{program_, {"--json", "--job", entry.job, "-w", workspace_.root.string()}, entry.pipe, entry.errors};
  for (auto& word : arguments_of(*verb, entry)) start.arguments.push_back(std::move(word));
  TRY(entry.process, start_child(start));
  one.entry = entry;
  one.process = entry.process;
  one.runs = true;  // until the next look
  one.shown = nullptr;
  return keep(entry);
}

void Supervisor::try_to_begin(Known& one) {
  const auto begun = begin(one);
  if (begun || one.runs) return;
  if (begun.error().code == Code::busy) return;  // another studio looks at the queue in this moment
  static_cast<void>(write_text(one.entry->errors, to_sentence(begun.error()) + "\n"));
  one.entry->standing = Standing::begun;
  one.process = {-1, 0};  // there never was one
  one.shown = nullptr;
}

// One training and one other job at a time, but for those that shall run at once.
void Supervisor::start_next() {
  std::array<bool, 2> busy{};
  std::vector<std::pair<double, std::string>> queue;
  const double now = wall_time();
  for (auto& [job, one] : known_) {
    const auto state = state_of(one);
    const bool ended = state == "done" || state == "failed" || state == "cancelled";
    if (one.entry && state == "waiting") {
      queue.emplace_back(one.entry->at_once ? 0 : one.entry->place, job);
    } else if (!ended) {
      busy[is_training(one.entry ? one.entry->verb : one.reader->facts().verb)] = true;
      // Its server was killed before it had the process: the same name again, which only one process can begin.
      if (one.entry && state == "starting" && one.process.pid == 0 && one.looked > 0 &&
          now - one.looked > begins_within) {
        one.looked = now;
        static_cast<void>(begin(one));
        one.shown = nullptr;
      }
    }
  }
  std::ranges::sort(queue);
  for (const auto& [place, job] : queue) {
    auto& one = known_[job];
    const bool training = is_training(one.entry->verb);
    if (busy[training] && !one.entry->at_once) continue;
    busy[training] = true;
    try_to_begin(one);
    update(job, one);
  }
}

// Whoever changes a job outside of a look drops what is shown of it.
void Supervisor::publish() {
  std::vector<const std::string*> names;
  for (const auto& [job, one] : known_) names.push_back(&job);
  std::ranges::sort(names, std::greater(), [](const std::string* name) { return *name; });
  json jobs = json::array();
  for (const auto* name : names) {
    auto& one = known_[*name];
    if (jobs.size() == shown_jobs && !one.runs) continue;
    if (one.shown.is_null()) one.shown = show(*name, one);
    jobs.push_back(one.shown);
  }
  if (*snapshot_.jobs == jobs) return;
  snapshot_.jobs = std::make_shared<json>(std::move(jobs));
  ++snapshot_.version;
  changed_.notify_all();
}

void Supervisor::look() {
  read_entries();
  find_logs();
  for (auto& [job, one] : known_) update(job, one);
  start_next();
  publish();
}

void Supervisor::work() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    static_cast<void>(walled([&]() -> Result<> {
      look();
      return {};
    }));  // what fails now is looked at again
    changed_.wait_for(lock, std::chrono::duration<double>(look_every), [&] { return ending_; });
  }
}

}  // namespace understudy::studio
