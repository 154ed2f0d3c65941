// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/run.hpp"

#include "lib/base/system.hpp"

namespace understudy {

Run::Run(Sink sink) : sink_(std::move(sink)) {}
Run::~Run() = default;

bool Run::stopping() const { return stop_.load() || stop_signalled(); }

Failure Run::cancelled() {
  return fail_with_hint(Code::cancelled, "Stopped on request; what was finished is saved",
                        "Run the same command again to go on.");
}

void Run::stage(std::string name) {
  {
    std::lock_guard lock(mutex_);
    counting_ = false;
  }
  event(StageEvent{std::move(name)});
}

void Run::progress(std::uint64_t done, std::uint64_t total, std::string_view what) {
  ProgressEvent progress{std::string(what), done, total, 0, -1};
  {
    std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (!counting_) {
      counting_ = true;
      started_ = now;
      first_done_ = done;
      last_sent_ = {};
    }
    const bool last = total != 0 && done >= total;
    if (!last && now - last_sent_ < std::chrono::milliseconds(100)) return;
    last_sent_ = now;
    const double seconds = std::chrono::duration<double>(now - started_).count();
    if (seconds > 0 && done > first_done_) {
      progress.per_second = static_cast<double>(done - first_done_) / seconds;
      if (total > 0) progress.seconds_left = static_cast<double>(total - std::min(done, total)) / progress.per_second;
    }
  }
  event(std::move(progress));
}

void Run::event(Event event) {
  if (!sink_) return;
  std::lock_guard lock(mutex_);
  sink_(event);
}

void Run::post(Command command) {
  if (command.name == "stop") request_stop();
  std::lock_guard lock(mutex_);
  commands_.push_back(std::move(command));
}

std::vector<Command> Run::take_commands() {
  std::lock_guard lock(mutex_);
  return std::exchange(commands_, {});
}

void install_stop_signals() { catch_stop_signals(); }

}  // namespace understudy
