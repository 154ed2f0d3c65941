// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/run.hpp"

#include <algorithm>

#include "lib/base/system.hpp"
#include "lib/jobs/training_notes.hpp"

namespace understudy {

Run::Run(Sink sink) : sink_(std::move(sink)) {}
Run::~Run() = default;

bool Run::stopping() const { return stop_.load() || stop_signalled(); }

Failure Run::cancelled() {
  return fail_with_hint(Code::cancelled, "Stopped on request; what was finished is saved",
                        "Run the same command again to go on.");
}

void Run::stage(std::string name) {
  event(StageEvent{std::move(name)});
  std::lock_guard lock(mutex_);
  counting_ = false;
}

void Run::progress(std::uint64_t done, std::uint64_t total, std::string_view what) {
  ProgressEvent progress{std::string(what), done, total, 0, -1};
  std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (!counting_) {
    counting_ = true;
    started_ = now;
    first_done_ = done;
    last_sent_ = {};
  }
  const double seconds = std::chrono::duration<double>(now - started_).count();
  if (seconds > 0 && done > first_done_) {
    progress.per_second = static_cast<double>(done - first_done_) / seconds;
    if (total > 0) progress.seconds_left = static_cast<double>(total - std::min(done, total)) / progress.per_second;
  }
  const bool last = total != 0 && done >= total;
  if (!last && now - last_sent_ < std::chrono::milliseconds(100)) {
    waiting_ = std::move(progress);
    return;
  }
  last_sent_ = now;
  waiting_.reset();
  say(progress);
}

void Run::say(const Event& event) {
  if (sink_) sink_(event);
}

void Run::event(Event event) {
  std::lock_guard lock(mutex_);
  const bool ends = std::holds_alternative<StageEvent>(event) || std::holds_alternative<DoneEvent>(event) ||
                    std::holds_alternative<ErrorEvent>(event);
  if (ends && waiting_) say(*std::exchange(waiting_, std::nullopt));
  say(event);
}

void Run::preview(const std::string& slot, std::string path) {
  std::lock_guard lock(mutex_);
  say(PreviewEvent{slot, ++versions_[slot], std::move(path)});
}

// --- commands
// ------------------------------------------------------------------------------------------------------------

void Run::post(Command command) {
  if (command.name == "stop") {
    request_stop();
    return accept(command);
  }
  {
    std::lock_guard lock(mutex_);
    if (taken_ && std::ranges::find(*taken_, command.name) != taken_->end()) {
      commands_.push_back(std::move(command));
      return;
    }
  }
  refuse(command, fmt::format("This job takes no '{}' now.", command.name));
}

Run::Taking::Taking(Run& run, std::vector<std::string> names) : run_(run) {
  std::lock_guard lock(run_.mutex_);
  outermost_ = !run_.taken_;
  if (outermost_) run_.taken_ = std::move(names);
}

Run::Taking::~Taking() {
  if (!outermost_) return;
  std::vector<Command> left;
  {
    std::lock_guard lock(run_.mutex_);
    run_.taken_.reset();
    left = std::exchange(run_.commands_, {});
  }
  for (const auto& command : left) run_.refuse(command, "The job ended before it.");
}

std::vector<Command> Run::take_commands() {
  std::lock_guard lock(mutex_);
  return std::exchange(commands_, {});
}

void Run::accept(const Command& command) {
  if (!command.id.empty()) event(AcceptedEvent{command.id});
}

void Run::refuse(const Command& command, std::string reason) {
  if (!command.id.empty()) event(RefusedEvent{command.id, std::move(reason)});
}

bool Run::set(std::span<Row> rows, const Command& command) {
  if (const auto done = set_live(rows, command.key, command.value); !done) {
    refuse(command, to_sentence(done.error()));
    return false;
  }
  {
    std::lock_guard lock(mutex_);
    set_[command.key] = command.value;
  }
  accept(command);
  note(fmt::format("{}{}{}{}{}", training_notes::set_quote, command.key, training_notes::set_to, command.value,
                   training_notes::set_end));
  return true;
}

Result<> Run::set_again(std::span<Row> rows) const {
  std::lock_guard lock(mutex_);
  for (const auto& [key, value] : set_) TRY_VOID(set_live(rows, key, value));
  return {};
}

void install_stop_signals() { catch_stop_signals(); }

}  // namespace understudy
