// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/loop.hpp"

#include <algorithm>
#include <chrono>

#include "lib/base/system.hpp"
#include "lib/options/options.hpp"

namespace understudy {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// {"command":"set","key":"save-every","value":"5"}: options whose row says that they are live.
void set_live(TrainOptions& options, const Command& command, Run& run) {
  auto rows = rows_of(options);
  for (const auto& row : rows) {
    if (row.key == command.key && row.when != When::live) {
      return run.warn(fmt::format("'{}' cannot change while training", command.key));
    }
  }
  const auto set = set_option(rows, command.key, command.value);
  if (!set) return run.warn(to_sentence(set.error()));
  run.note(fmt::format("'{}' is {} now", command.key, command.value));
}

// What the commands that came in ask for.
struct Wishes {
  bool save = false, preview = false, backup = false;
};
Wishes take_wishes(bool& paused, TrainOptions& options, Session& session, Run& run) {
  Wishes wishes;
  for (const auto& command : run.take_commands()) {
    if (command.name == "pause") paused = true;
    if (command.name == "resume") paused = false;
    if (command.name == "set") set_live(options, command, run);
    wishes.save |= command.name == "save";
    wishes.preview |= command.name == "preview";
    wishes.backup |= command.name == "backup";
    if (command.name == "next-preview") session.next_preview(run);
    if (command.name == "loss-range") session.next_loss_range(run);
  }
  return wishes;
}

}  // namespace

Result<> iterate_until(Session& session, const Limits& limits, TrainOptions options, std::deque<double>& durations,
                       Run& run) {
  const auto start = Clock::now();
  auto last_iteration = start, last_metric = start, last_save = start, last_preview = start, last_backup = start;
  bool paused = false;
  while (!run.stopping()) {
    if (limits.iteration > 0 && session.iteration() >= limits.iteration) break;
    if (limits.seconds > 0 && seconds_since(start) >= limits.seconds) break;
    const Wishes wishes = take_wishes(paused, options, session, run);
    if (wishes.save || seconds_since(last_save) >= 60 * options.save_every) {
      TRY_VOID(session.save(run));
      last_save = Clock::now();
    }
    if (wishes.preview || seconds_since(last_preview) >= 60 * options.preview_every) {
      TRY_VOID(session.show_preview(/*history=*/false, run));
      last_preview = Clock::now();
    }
    const bool backup_due = options.autobackup_hour > 0 && seconds_since(last_backup) >= 3600 * options.autobackup_hour;
    if (wishes.backup || backup_due) {
      TRY_VOID(session.backup(run));
      last_backup = Clock::now();
    }
    if (paused) {
      sleep_seconds(0.05);
      last_iteration = Clock::now();
      continue;
    }
    const auto begun = Clock::now();
    TRY_VOID(session.iterate(run));
    durations.push_back(seconds_since(begun));
    if (durations.size() > 1000) durations.pop_front();
    // From the first iteration on there is a generation to go back to.
    if (session.iteration() == 1) {
      TRY_VOID(session.save(run));
    }
    const auto now = Clock::now();
    session.add_seconds(std::chrono::duration<double>(now - last_iteration).count());
    last_iteration = now;
    if (options.preview_history && session.iteration() % history_interval(session.trainer().spec()) == 0) {
      TRY_VOID(session.show_preview(/*history=*/true, run));
    }
    for (auto& w : session.source().take_warnings()) run.warn(std::move(w));
    run.progress(static_cast<std::uint64_t>(session.iteration()), static_cast<std::uint64_t>(limits.iteration),
                 "iterations");
    if (seconds_since(last_metric) >= 1) {
      run.event(MetricEvent{static_cast<std::uint64_t>(session.iteration()),
                            {{"src_loss", session.mean_of_last(0)}, {"dst_loss", session.mean_of_last(1)}}});
      session.note_losses();
      last_metric = now;
    }
  }
  return {};
}

}  // namespace understudy
