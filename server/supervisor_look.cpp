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

constexpr double look_every = 0.25;      // seconds
constexpr double begins_within = 10;     // of a process without a log: it is loading, or it will never write one
constexpr double tried_again_after = 5;  // what could not be begun
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

std::string end_of(const fs::path& file) {
  constexpr std::uint64_t most = 4096;
  std::error_code error;
  const auto size = fs::is_symlink(file, error) ? 0 : fs::file_size(file, error);
  if (error || size == 0) return {};
  const auto bytes = read_range(file, size > most ? size - most : 0, most);
  return bytes ? terminal_text({reinterpret_cast<const char*>(bytes->data()), bytes->size()}) : std::string();
}

// A full disk, a program that is just being replaced, too many open files: what is right may be begun later.
bool may_pass(const Error& error) { return error.code != Code::bad_option; }

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
  const json parsed = parse_json(text);
  TRY(auto entry, job_entry_of(parsed.is_object() ? parsed : json::object()));
  if (entry.job != job) return fail(Code::bad_file, "It is another job's");
  return entry;
}

bool Supervisor::is_ours(const JobEntry& entry) const {
  return !origin_.folder.empty() && entry.origin.folder == origin_.folder && entry.origin.machine == origin_.machine;
}

// What stands on the disk is what holds: another studio that has this workspace open may have begun it, or dropped it.
void Supervisor::adopt(Known& one, JobEntry entry) {
  if (!one.reader) one.reader = std::make_unique<JobReader>(jobs_folder_ / entry.job);
  if (one.unkept || (one.entry && *one.entry == entry)) return;
  // Of another folder's or machine's the lock of the log alone tells whether it runs here; with an earlier boot it
  // ended.
  constexpr ProcessId ended{-1, 0};
  if (entry.process.pid != 0 && is_ours(entry)) one.process = entry.origin.boot == origin_.boot ? entry.process : ended;
  one.entry = std::move(entry);
  one.looked = 0;
  one.tried.reset();
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
      fs::remove(errors_of(job), error);
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
  if (one.runs && !facts.ended()) {
    if (one.stop_asked) return "stopping";
    if (one.stands) return "paused";
    return facts.begun ? "running" : "starting";
  }
  if (facts.report.is_object()) return "done";
  if (facts.error.is_object()) return facts.error.value("code", "") == "cancelled" ? "cancelled" : "failed";
  if (one.entry && one.entry->standing == Standing::failed) return "failed";
  if (one.entry && one.entry->standing == Standing::dropped) return "cancelled";
  if (one.entry && is_ours(*one.entry) && !facts.begun && one.process.pid == 0) return "starting";
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
                {"held", state == "waiting" && !is_ours(*one.entry)},
                {"pid", one.runs ? one.process.pid : 0},
                {"commands", described ? (*described)["commands"] : json::array()}};
  if (one.entry && described) {
    shown["command"] = command_line(*one.entry, *described);
    shown["place"] = one.entry->place;
  } else {
    shown["command"] = facts.command;
  }
  if (facts.error.is_object()) shown["error"] = facts.error;
  if (state == "failed" && !facts.error.is_object())
    shown["error"] = {{"code", "internal"}, {"message", last_words_of(job, one)}};
  if ((state == "waiting" || state == "starting") && one.tried) {
    auto bare = one.hindrance;
    const auto hint = std::exchange(bare.hint, {});
    shown["error"] = {{"code", code_name(bare.code)}, {"message", to_sentence(bare)}, {"hint", hint}};
  }
  return shown;
}

// Of a job that failed and said nothing in its log.
std::string Supervisor::last_words_of(const std::string& job, const Known& one) const {
  if (one.entry && one.entry->standing == Standing::failed) return one.entry->problem;
  if (const auto said = one.entry ? end_of(errors_of(job)) : std::string(); !said.empty()) return said;
  if (one.entry && !is_ours(*one.entry))
    return "It was begun in another folder or on another machine, and what became of it is not told here";
  return "It ended without a word: it was killed, or the machine went down";
}

// Of all studios that have this workspace open one begins it: whoever comes later takes over what that one has written.
void Supervisor::begin(Known& one) {
  const auto lock = hold_entries();
  if (!lock && lock.error().code == Code::busy) return;  // another studio looks at the queue in this moment
  one.shown = nullptr;
  if (!lock) return put_off(one, *one.entry, lock.error());
  if (auto there = read_entry(one.entry->job);
      there && (there->standing != one.entry->standing || there->process != one.entry->process))
    return adopt(one, *std::move(there));
  auto entry = *one.entry;
  if (const auto started = start(entry); !started)
    return may_pass(started.error()) ? put_off(one, entry, started.error()) : give_up(one, started.error());
  one.entry = entry;
  one.tried.reset();
  one.process = entry.process;
  one.runs = true;                 // until the next look
  static_cast<void>(keep(entry));  // where it cannot be, the process is found by its log
}

// What was right when it was asked for need not be so for the program that begins it. The entry is as the disk has it,
// whether that fails or not.
Result<> Supervisor::start(JobEntry& entry) {
  const json* verb = verb_of(entry.verb);
  if (!verb) return fail(Code::bad_option, "There is no verb '{}' any more", entry.verb);
  const auto whole = with_whole_paths(entry, *verb);
  TRY_VOID(check_request(*verb, whole));
  auto begun = entry;
  begun.standing = Standing::begun;
  begun.origin.boot = origin_.boot;
  TRY_VOID(keep(begun));  // before the process is: a server that is killed here finds it by its log
  entry = std::move(begun);
  ChildStart child{
      program_, {"--json", "--job", entry.job, "-w", workspace_.root.string()}, true, errors_of(entry.job)};
  for (auto& word : arguments_of(*verb, whole)) child.arguments.push_back(std::move(word));
  TRY(entry.process, start_child(child));
  return {};
}

// It waits on in its place, and those behind it wait for it. Where the disk goes on to say that it was begun, it is
// tried again as one whose server was killed just then.
void Supervisor::put_off(Known& one, const JobEntry& on_disk, const Error& error) {
  one.hindrance = error;
  one.tried.emplace();
  one.looked = wall_time();
  if (on_disk != *one.entry && !keep(*one.entry)) one.entry = on_disk;
}

// Kept, or the next studio would begin it when nobody wants it any more.
void Supervisor::give_up(Known& one, const Error& error) {
  one.entry->standing = Standing::failed;
  one.entry->problem = to_sentence(error);
  one.unkept = !keep(*one.entry);
  one.looked = wall_time();
  one.process = {-1, 0};  // there never was one
}

// One training and one other job at a time, but for those that shall run at once.
void Supervisor::start_next() {
  std::array<bool, 2> busy{};
  std::vector<std::pair<double, std::string>> queue;
  const double now = wall_time();
  for (auto& [job, one] : known_) {
    const auto state = state_of(one);
    const bool ended = state == "done" || state == "failed" || state == "cancelled";
    const bool due = now - one.looked > begins_within;
    if (one.unkept && due) {
      one.looked = now;
      one.unkept = !keep(*one.entry);
    }
    if (state == "waiting") {
      if (is_ours(*one.entry)) queue.emplace_back(one.entry->at_once ? 0 : one.entry->place, job);
    } else if (!ended) {
      busy[is_training(one.entry ? one.entry->verb : one.reader->facts().verb)] = true;
      // Its server was killed before it had the process: the same name again, which only one process can begin.
      if (state == "starting" && one.process.pid == 0 && one.looked > 0 && due) {
        one.looked = now;
        begin(one);
      }
    }
  }
  std::ranges::sort(queue);
  for (const auto& [place, job] : queue) {
    auto& one = known_[job];
    const bool training = is_training(one.entry->verb);
    if (busy[training] && !one.entry->at_once) continue;
    busy[training] = true;
    if (one.tried && one.tried->seconds() < tried_again_after) continue;
    begin(one);
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
