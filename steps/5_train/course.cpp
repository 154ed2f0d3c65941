// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/course.hpp"

#include <algorithm>
#include <cmath>

#include "lib/training/model_list.hpp"
#include "steps/5_train/setup.hpp"
#include "steps/5_train/stage_guard.hpp"

namespace understudy {
namespace {

// How long the course is and how much of it is behind the model, in seconds or in iterations.
struct Length {
  double whole = 0;
  bool iterations = false;
  double done(const fs::path& model) const {
    return iterations ? static_cast<double>(trained_iterations(model)) : trained_seconds(model);
  }
};

Result<Length> length_of(const TrainRequest& request, Schedule schedule) {
  if (!request.loop.time.empty()) {
    TRY(const double seconds, parse_duration(request.loop.time));
    return Length{seconds, false};
  }
  if (request.loop.target_iter > 0) return Length{static_cast<double>(request.loop.target_iter), true};
  return Length{usual_seconds(schedule), false};
}

// Makes the request one for the stage: its values, and where it ends. In place, since rows point into it.
Result<> set_stage(TrainRequest& part, const CourseStage& stage, const Length& length, double done,
                   const std::vector<std::string>& chosen) {
  part.grow = true;
  part.wanted_rows = model_rows(part.wanted);
  auto give = [&](const std::string& key, const std::string& value) -> Result<> {
    if (std::ranges::find(chosen, key) != chosen.end()) return {};
    const auto row = std::ranges::find(part.wanted_rows, key, &Row::key);
    if (row == part.wanted_rows.end()) return {};
    TRY_VOID(row->set(value));
    row->given = true;
    return {};
  };
  for (auto& row : part.wanted_rows) row.given = std::ranges::find(chosen, row.key) != chosen.end();
  if (stage.resolution > 0) TRY_VOID(give("resolution", std::to_string(stage.resolution)));
  for (const auto& [key, value] : stage.values) TRY_VOID(give(key, value));
  const double end = stage.until * length.whole;
  part.loop.time = length.iterations ? "" : fmt::format("{:.3f}s", std::max(end - done, 0.0));
  part.loop.target_iter = length.iterations ? static_cast<std::int64_t>(std::ceil(end)) : 0;
  return {};
}

// The model's description as it is saved; nothing where there is none to read.
std::optional<ModelDescription> description_at(const fs::path& model) {
  if (!ModelFolder::exists(model)) return std::nullopt;
  const auto folder = ModelFolder::open(model);
  if (!folder) return std::nullopt;
  return folder->description();
}

// Stages at sizes below the one that the model has already are over, whatever the time says.
void skip_smaller(std::vector<CourseStage>& stages, const ModelDescription& model) {
  const auto spec = spec_of(model);
  for (auto& stage : stages) {
    if (spec && stage.resolution < spec->shape.resolution) stage.resolution = 0;
  }
}

}  // namespace

Result<TrainReport> train_course(TrainRequest request, Schedule schedule, const std::vector<std::string>& chosen,
                                 Run& run) {
  TRY(const fs::path model, model_path(request));
  request.options.model = model.filename().string();
  TRY(const Length length, length_of(request, schedule));
  TRY(const auto spec, spec_of(request.wanted));
  if (schedule == Schedule::automatic) schedule = length.iterations ? Schedule::look : schedule_for(length.whole);
  const auto saved = description_at(model);
  // An encoder that came with the pretrained start has a share of the learning rate of its own.
  const bool known = saved ? saved->steering.encoder_lr != 1 : takes_start(request.options, request.wanted);
  auto stages = course_stages(schedule, spec.shape.resolution, known);
  if (saved) skip_smaller(stages, *saved);
  TrainReport report;
  std::size_t at = stage_at(stages, length.done(model) / length.whole);
  if (at == stages.size()) run.note("The course of this training is over; a longer --time goes on");
  for (; at < stages.size(); ++at) {
    const double done = length.done(model);
    if (done >= stages[at].until * length.whole) continue;
    run.note(fmt::format("-- training: {} ({} of {})", stages[at].name, at + 1, stages.size()));
    TrainRequest part = request;
    TRY_VOID(set_stage(part, stages[at], length, done, chosen));
    const auto before = report;
    // Not in the middle of a stage, where a call that goes on begins: there is nothing from before it any more.
    StageGuard guard;
    if (before.iterations_done > 0) {
      TRY(guard, StageGuard::before(model, run));
    }
    TRY(report, train(part, run));
    TRY_VOID(guard.undo_if_worse(model, run));
    report.iterations_done += before.iterations_done;
    report.seconds += before.seconds;
  }
  return report;
}

}  // namespace understudy
