// SPDX-License-Identifier: Apache-2.0
// All that a step sees of the outside world: whether to stop, where to tell its progress, what it is commanded.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/jobs/event.hpp"

namespace understudy {

// One line on standard input of a job: {"command":"save"} and the like.
struct Command {
  std::string name;   // "pause", "resume", "save", "preview", "set", "stop"
  std::string key;    // for "set"
  std::string value;  // for "set"
};

class Run {
 public:
  using Sink = std::function<void(const Event&)>;
  // Events go to the sink from whichever thread reports them, one at a time.
  explicit Run(Sink sink = {});
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // True once a stop was asked for (Ctrl-C, a command, request_stop). Finish the item, save, return cancelled().
  bool stopping() const;
  void request_stop() { stop_.store(true); }
  // The error value that says so; not a failure but a result.
  static Failure cancelled();

  // Thread-safe; passed on at most 10 times a second (and always when done == total). The rate is taken over the calls
  // since the last stage() and counts from the first call's `done`, so work skipped on a resume does not inflate it.
  void progress(std::uint64_t done, std::uint64_t total, std::string_view what);
  void stage(std::string name);  // starts a new count
  void event(Event);
  void warn(std::string text) { event(WarningEvent{std::move(text)}); }
  void note(std::string text) { event(NoteEvent{std::move(text)}); }
  void saved(std::string path, std::string what) { event(SavedEvent{std::move(path), std::move(what)}); }

  void post(Command);  // by whoever reads the commands
  std::vector<Command> take_commands();

 private:
  using Clock = std::chrono::steady_clock;
  Sink sink_;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::vector<Command> commands_;
  std::uint64_t first_done_ = 0;
  bool counting_ = false;
  Clock::time_point started_, last_sent_;
};

// Makes SIGINT and SIGTERM set a flag that every Run's stopping() sees; a second one ends the process at once.
void install_stop_signals();

}  // namespace understudy
