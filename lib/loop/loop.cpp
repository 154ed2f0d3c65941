// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/loop.hpp"

#include <algorithm>

#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/options/options.hpp"
#include "lib/tensor/precision.hpp"

namespace understudy {
namespace {

// What the commands that came in ask for.
struct Wishes {
  bool save = false, preview = false, backup = false;
};

Wishes take_wishes(bool& paused, std::span<Row> rows, Session& session, Run& run) {
  Wishes wishes;
  for (const auto& command : run.take_commands()) {
    if (command.name == "set") {
      run.set(rows, command);
      continue;
    }
    run.accept(command);
    if (command.name == "pause") paused = true;
    if (command.name == "resume") paused = false;
    wishes.save |= command.name == "save";
    wishes.preview |= command.name == "preview";
    wishes.backup |= command.name == "backup";
    if (command.name == "next-preview") session.next_preview(run);
    if (command.name == "loss-range") session.next_loss_range(run);
  }
  return wishes;
}

// Since what comes by the clock was done last.
struct Clocks {
  Stopwatch iteration, metric, save, preview, backup;
};

// Between two iterations: what was wished for, and what is due.
Result<> look_after(Session& session, const LoopOptions& options, const Wishes& wishes, Clocks& last, Run& run) {
  if (wishes.save || last.save.seconds() >= 60 * options.save_every) {
    TRY_VOID(session.save(run));
    last.save.lap();
  }
  if (wishes.preview || last.preview.seconds() >= 60 * options.preview_every) {
    TRY_VOID(session.show_preview(/*history=*/false, run));
    last.preview.lap();
  }
  const bool backup_due = options.autobackup_hour > 0 && last.backup.seconds() >= 3600 * options.autobackup_hour;
  if (wishes.backup || backup_due) {
    TRY_VOID(session.backup(run));
    last.backup.lap();
  }
  return {};
}

Result<> one_iteration(Session& session, const LoopOptions& options, Clocks& last, Pace& pace, Run& run) {
  const Stopwatch watch;
  TRY_VOID(session.iterate(run));
  pace.durations.push_back(watch.seconds());
  if (pace.durations.size() > 1000) pace.durations.pop_front();
  // From the first iteration on there is a generation to go back to.
  if (session.iteration() == 1) {
    TRY_VOID(session.save(run));
  }
  session.add_seconds(last.iteration.lap());
  if (options.preview_history && session.iteration() % session.learner().history_interval() == 0) {
    TRY_VOID(session.show_preview(/*history=*/true, run));
  }
  for (auto& w : session.learner().take_warnings()) run.warn(std::move(w));
  if (last.metric.seconds() >= 1) {
    run.event(MetricEvent{static_cast<std::uint64_t>(session.iteration()), session.recent_losses()});
    session.note_losses();
    last.metric.lap();
  }
  return {};
}

}  // namespace

Result<double> parse_duration(std::string_view text) {
  double factor = 60;
  std::string_view digits = text;
  if (!text.empty()) {
    const char unit = text.back();
    if (unit == 's' || unit == 'm' || unit == 'h') {
      factor = unit == 's' ? 1 : unit == 'm' ? 60 : 3600;
      digits.remove_suffix(1);
    }
  }
  const auto number = detail::parse_number("time", digits, 0.0, 1e6);
  // None at all would read as without limit further on.
  if (!number || *number <= 0)
    return fail_with_hint(Code::bad_option, fmt::format("'{}' is no time to train for", text), "Write 90s, 10m or 2h.");
  return *number * factor;
}

Result<Limits> limits_of(const LoopOptions& options) {
  Limits limits{0, options.target_iter};
  if (!options.time.empty()) {
    TRY(limits.seconds, parse_duration(options.time));
  }
  return limits;
}

double Pace::median() const {
  if (durations.empty()) return 0;
  auto values = durations;
  const auto middle = values.begin() + static_cast<long>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::vector<std::string> training_commands() {
  return {"save", "backup", "preview", "next-preview", "loss-range", "pause", "resume", "set"};
}

Result<> iterate_until(Session& session, const Limits& limits, LoopOptions options, std::vector<Row> others, Pace& pace,
                       Run& run) {
  auto rows = rows_of(options);
  std::ranges::move(others, std::back_inserter(rows));
  TRY_VOID(run.set_again(rows));
  const Stopwatch watch;
  Clocks last;
  bool paused = false;
  while (!run.stopping()) {
    if (limits.iteration > 0 && session.iteration() >= limits.iteration) break;
    if (limits.seconds > 0 && watch.seconds() - pace.paused >= limits.seconds) break;
    TRY_VOID(look_after(session, options, take_wishes(paused, rows, session, run), last, run));
    if (paused) {
      last.iteration.lap();
      sleep_seconds(0.05);
      pace.paused += last.iteration.lap();
      continue;
    }
    TRY_VOID(one_iteration(session, options, last, pace, run));
    run.progress(static_cast<std::uint64_t>(session.iteration()), static_cast<std::uint64_t>(limits.iteration),
                 "iterations");
  }
  return {};
}

Precision precision_of(PrecisionChoice choice, const Device& device, bool winograd) {
  if (choice != PrecisionChoice::automatic) return choice == PrecisionChoice::bf16 ? Precision::bf16 : Precision::fp32;
  const Bf16Support machine{!device.device.is_cpu(), device.has_bf16, device.multiplies_bf16};
  return bf16_is_quicker(machine, winograd) ? Precision::bf16 : Precision::fp32;
}

Result<Trained> train_until(Session& session, const Limits& limits, const LoopOptions& options, std::vector<Row> others,
                            Run& run) {
  run.stage("train");
  const Stopwatch watch;
  const std::int64_t first = session.iteration();
  Pace pace;
  if (auto iterated = iterate_until(session, limits, options, std::move(others), pace, run); !iterated) {
    // Without one, there is nothing new but what was changed to begin with: a model that was grown, say.
    if (session.iteration() > first) session.save_what_is_sound(run);
    return Failure(std::move(iterated).error());
  }
  const double seconds = watch.seconds() - pace.paused;
  TRY_VOID(session.save(run));
  TRY_VOID(session.show_preview(/*history=*/false, run));
  session.finish_views(run);
  if (run.stopping()) return Run::cancelled();
  return Trained{session.iteration() - first, seconds, pace.median()};
}

}  // namespace understudy
