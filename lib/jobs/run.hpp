// SPDX-License-Identifier: Apache-2.0
// All that a step sees of the outside world: whether to stop, where to tell its progress, what it is commanded.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/jobs/commands.hpp"
#include "lib/jobs/event.hpp"

namespace understudy {

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

  // Thread-safe; passed on at most 10 times a second (and always when done == total). What is not passed on waits, the
  // newest only, until the stage or the job ends, so that the last word is always said. The rate is taken over the
  // calls since the last stage() and counts from the first call's `done`, so work skipped on a resume does not inflate
  // it.
  void progress(std::uint64_t done, std::uint64_t total, std::string_view what);
  void stage(std::string name);  // starts a new count
  void event(Event);
  void warn(std::string text) { event(WarningEvent{std::move(text)}); }
  void note(std::string text) { event(NoteEvent{std::move(text)}); }
  void saved(std::string path, std::string what) { event(SavedEvent{std::move(path), std::move(what)}); }
  void preview(const std::string& slot, std::string path);  // the slot's next version lies there

  // By whoever reads the commands. "stop" is obeyed at once; what the job does not take is refused at once.
  void post(Command);
  // While one of these lives the job takes those commands, and answers each by accept() or refuse(); what it has not
  // taken by the end is refused. One inside of another changes nothing.
  class Taking {
   public:
    Taking(Run&, std::vector<std::string> names);
    ~Taking();
    Taking(const Taking&) = delete;
    Taking& operator=(const Taking&) = delete;

   private:
    Run& run_;
    bool outermost_ = false;
  };
  std::vector<Command> take_commands();
  void accept(const Command&);
  void refuse(const Command&, std::string reason);

  // "set": changes the row if it is live, remembers that, and answers. True when it did.
  bool set(std::span<Row>, const Command&);
  // What was set so far, for a part of the job that begins later with options of its own.
  Result<> set_again(std::span<Row>) const;

 private:
  using Clock = std::chrono::steady_clock;
  void say(const Event&);  // with the mutex held
  Sink sink_;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::vector<Command> commands_;
  std::optional<std::vector<std::string>> taken_;
  std::map<std::string, std::string> set_;
  std::map<std::string, std::uint64_t> versions_;  // of the slots
  std::optional<ProgressEvent> waiting_;
  std::uint64_t first_done_ = 0;
  bool counting_ = false;
  Clock::time_point started_, last_sent_;
};

// Makes SIGINT and SIGTERM set a flag that every Run's stopping() sees; a second one ends the process at once.
void install_stop_signals();

}  // namespace understudy
