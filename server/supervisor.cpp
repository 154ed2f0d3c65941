// SPDX-License-Identifier: Apache-2.0
#include "server/supervisor.hpp"

#include <algorithm>

#include "lib/base/path_text.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/base/text.hpp"
#include "lib/base/workers.hpp"
#include "lib/jobs/job_log.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr double answer_within = 5;  // seconds; training takes commands between two iterations

json object_in(const json& request, const char* key) {
  return request.contains(key) && request[key].is_object() ? request[key] : json::object();
}

}  // namespace

Supervisor::Supervisor(Workspace workspace, fs::path program, const json& schema)
    : workspace_(std::move(workspace)),
      origin_(origin_here(workspace_.root)),
      program_(std::move(program)),
      jobs_folder_(workspace_.state() / "jobs"),
      entries_folder_(workspace_.state() / "studio" / "jobs"),
      schema_(schema) {
  snapshot_.jobs = std::make_shared<json>(json::array());
  remove_temporaries(entries_folder_);
  read_entries();
  forget_old();
  look();
  auto failed = [](const Error&) {};  // what can be thrown there is out of memory, and the next look is none then
  if (auto thread = background_thread([this] { work(); }, failed)) thread_ = *std::move(thread);
}

Supervisor::~Supervisor() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

const json* Supervisor::verb_of(const std::string& name) const {
  const auto& verbs = schema_["verbs"];
  const auto found = std::ranges::find_if(verbs, [&](const json& verb) { return verb["name"] == name; });
  return found == verbs.end() ? nullptr : &*found;
}

Result<JobEntry> Supervisor::entry_of(const json& request) const {
  JobEntry entry;
  if (!request.value("verb", json()).is_string()) return fail(Code::bad_option, "A job needs a verb");
  entry.verb = request["verb"];
  const json* verb = verb_of(entry.verb);
  if (!verb) return fail(Code::bad_option, "There is no verb '{}'", entry.verb);
  const json positionals = object_in(request, "positionals");
  for (const auto& [name, value] : positionals.items()) {
    if (!value.is_string()) return fail(Code::bad_option, "{} is text", name);
    entry.positionals[name] = value;
  }
  entry.options = object_in(request, "options");
  entry.at_once = request.value("at_once", json()).is_boolean() && request["at_once"].get<bool>();
  TRY_VOID(check_request(*verb, with_whole_paths(entry, *verb)));
  if (!verb->value("keeps_log", true))
    return fail(Code::bad_option, "'{}' keeps no log that could be followed", entry.verb);
  return entry;
}

JobEntry Supervisor::with_whole_paths(JobEntry entry, const json& verb) const {
  entry.options = whole_paths(verb, std::move(entry.options), workspace_.root);
  return entry;
}

Result<std::string> Supervisor::ask(const json& request) {
  TRY(auto entry, entry_of(request));
  return enqueue(std::move(entry));
}

Result<std::string> Supervisor::command_line(const json& request) const {
  TRY(const auto entry, entry_of(request));
  return command_line(entry, *verb_of(entry.verb));
}

std::string Supervisor::command_line(const JobEntry& entry, const json& verb) const {
  std::vector<std::string> words{"understudy", "-w", workspace_.root.string()};
  for (auto& word : arguments_of(verb, with_whole_paths(entry, verb))) words.push_back(std::move(word));
  return pasteable(words);
}

Result<std::string> Supervisor::enqueue(JobEntry entry) {
  const std::lock_guard lock(mutex_);
  entry.asked = wall_time();
  entry.standing = Standing::waiting;
  entry.problem.clear();
  entry.process = {};
  entry.origin = origin_;
  entry.job = job_name(entry.asked, entry.verb);
  for (int n = 2; known_.contains(entry.job); ++n)
    entry.job = fmt::format("{}-{}", job_name(entry.asked, entry.verb), n);
  entry.place = entry.asked;
  TRY_VOID(keep(entry));
  auto& known = known_[entry.job];
  known.reader = std::make_unique<JobReader>(jobs_folder_ / entry.job);
  known.entry = entry;
  start_next();
  publish();
  return entry.job;
}

// For changing what waits or begins, which another studio may have open too.
Result<FileLock> Supervisor::hold_entries() const { return FileLock::take(entries_folder_ / "lock", entries_folder_); }

Result<> Supervisor::keep(const JobEntry& entry) const {
  return write_text(entries_folder_ / (entry.job + ".json"), json_text(to_json(entry), 1) + "\n");
}

Result<Supervisor::Known*> Supervisor::known(const std::string& job) {
  const auto found = known_.find(job);
  if (found == known_.end()) return fail(Code::not_found, "There is no job {}", job);
  return &found->second;
}

Result<std::string> Supervisor::retry(const std::string& job) {
  JobEntry again;
  {
    const std::lock_guard lock(mutex_);
    TRY(auto* before, known(job));
    const auto& facts = before->reader->facts();
    if (before->entry) {
      again = *before->entry;
    } else {
      again.verb = facts.verb;
      for (const auto& [name, value] : facts.positionals.items())
        if (value.is_string()) again.positionals[name] = value;
      again.options = facts.options;
    }
    const bool waits = state_of(*before) == "waiting";
    if ((waits && is_ours(*before->entry)) || (before->runs && !facts.ended()))
      return fail(Code::busy, "It has not ended yet");
    const json* verb = verb_of(again.verb);
    if (!verb) return fail(Code::bad_option, "There is no verb '{}' any more", again.verb);
    // What was typed in a terminal began in the folder there; where that is not told, nobody knows what was meant.
    if (!before->entry && !facts.folder.empty())
      again.options = whole_paths(*verb, again.options, path_of_text(facts.folder));
    TRY_VOID(check_request(*verb, before->entry ? with_whole_paths(again, *verb) : again));
    if (waits) TRY_VOID(take_out(*before));
  }
  return enqueue(std::move(again));
}

// Out of the queue, where no other studio has begun it meanwhile; or one whose process never came.
Result<> Supervisor::take_out(Known& one) {
  TRY(const auto lock, hold_entries());
  read_entries();
  auto changed = *one.entry;
  const bool never_came = changed.standing == Standing::begun && one.process.pid == 0;
  if (changed.standing != Standing::waiting && !never_came) return fail(Code::busy, "It has just begun");
  changed.standing = Standing::dropped;
  TRY_VOID(keep(changed));
  one.entry = std::move(changed);
  return {};
}

Result<> Supervisor::cancel(const std::string& job) {
  const std::lock_guard lock(mutex_);
  TRY(auto* one, known(job));
  const auto state = state_of(*one);
  if (state == "waiting" || (state == "starting" && !one->runs)) {
    TRY_VOID(take_out(*one));
  } else if (one->runs) {
    one->stop_asked = send_signal(one->process, Signal::stop);
    send_signal(one->process, Signal::resume);  // one that stands still would never hear of it
  } else {
    return fail(Code::busy, "It has ended already");
  }
  update(job, *one);
  publish();
  return {};
}

Result<> Supervisor::pause(const std::string& job) {
  const std::lock_guard lock(mutex_);
  TRY(auto* one, known(job));
  if (one->stop_asked) return fail(Code::busy, "It is being stopped");
  if (!one->runs || !send_signal(one->process, Signal::pause)) return fail(Code::busy, "It does not run");
  // The signal is there at once; the process stands still when its threads have come to it.
  constexpr double soon = 1;  // seconds
  for (const Stopwatch since; since.seconds() < soon && is_alive(one->process) && !is_stopped(one->process);)
    sleep_seconds(0.005);
  update(job, *one);
  publish();
  return {};
}

Result<> Supervisor::resume(const std::string& job) {
  const std::lock_guard lock(mutex_);
  TRY(auto* one, known(job));
  if (!one->runs || !send_signal(one->process, Signal::resume)) return fail(Code::busy, "It does not run");
  update(job, *one);
  publish();
  return {};
}

Result<> Supervisor::order(const std::vector<std::string>& jobs) {
  const std::lock_guard lock(mutex_);
  TRY(const auto held, hold_entries());
  read_entries();
  std::vector<JobEntry*> waiting;
  for (const auto& name : jobs) {
    TRY(auto* one, known(name));
    if (!one->entry || one->entry->standing != Standing::waiting || !is_ours(*one->entry)) continue;
    waiting.push_back(&*one->entry);
    one->shown = nullptr;
  }
  double first = wall_time();
  for (const auto& [name, one] : known_)
    if (one.entry && one.entry->standing == Standing::waiting) first = std::min(first, one.entry->place);
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    waiting[i]->place = first - static_cast<double>(waiting.size() - i);
    TRY_VOID(keep(*waiting[i]));
  }
  publish();
  return {};
}

Result<> Supervisor::command(const std::string& job, const json& asked) {
  const fs::path folder = log_folder(job);
  std::string id;
  std::uint64_t position = 0;
  {
    const std::lock_guard lock(mutex_);
    TRY(auto* one, known(job));
    if (!one->runs || !one->entry)
      return fail(Code::busy, "It does not run, or was started from a terminal and takes its commands there");
    id = fmt::format("studio-{}-{}", random_hex(4), ++requests_);
    json line = {{"id", id}};
    for (const char* key : {"command", "key", "value"})
      if (asked.contains(key) && !asked[key].is_structured()) line[key] = asked[key];
    std::error_code error;
    position = fs::file_size(folder / job_events_file, error);
    if (error) position = 0;
    TRY_VOID(write_commands(one->process, json_text(line) + "\n"));
  }
  const Stopwatch since;
  while (since.seconds() < answer_within) {
    const auto part = read_log(folder, position, -1, 1 << 20);
    position = part.position;
    for (const auto& text : split(part.lines, '\n')) {
      const json event = parse_json(text);
      if (!event.is_object() || event.value("request", json()) != id) continue;
      if (event.value("event", "") == "accepted") return {};
      return fail(Code::bad_option, "{}", event.value("reason", "It was refused"));
    }
    sleep_seconds(0.05);
  }
  return fail(Code::busy, "It has not answered yet; it takes commands between two steps of its work");
}

Supervisor::Snapshot Supervisor::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

Supervisor::Snapshot Supervisor::wait_for_newer(std::uint64_t version, double seconds) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::duration<double>(seconds),
                    [&] { return snapshot_.version > version || ending_; });
  return snapshot_;
}

Result<json> Supervisor::job(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(name);
  if (found == known_.end()) return fail(Code::not_found, "There is no job {}", name);
  json shown = show(name, found->second);
  const auto& facts = found->second.reader->facts();
  shown["report"] = facts.report;
  shown["previews"] = json::array();
  for (const auto& [slot, event] : facts.previews) shown["previews"].push_back(event);
  return shown;
}

}  // namespace understudy::studio
