// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/course.hpp"

#include <algorithm>
#include <cmath>

#include "lib/jobs/training_notes.hpp"
#include "lib/loop/model_restore.hpp"
#include "lib/training/model_list.hpp"
#include "steps/5_train/setup.hpp"
#include "steps/5_train/stage_guard.hpp"

namespace understudy {
namespace {

constexpr double shortest_stage = 0.001;  // seconds: what set_stage can say in the request's text

// Whether the stage takes back what a stage of a course has set, and finds something else there: somebody's own.
bool is_own(ModelDescription now, const std::string& key, const std::string& value) {
  const auto by_course = set_by_courses(key);
  if (by_course.empty() || value == by_course) return false;
  const auto rows = model_rows(now);
  const auto row = std::ranges::find(rows, key, &Row::key);
  return row != rows.end() && row->get() != by_course;
}

// Makes the request one for the stage: its values, and where it ends. In place, since rows point into it. `now`: the
// model's options as they are.
Result<> set_stage(TrainRequest& part, const CourseStage& stage, const CourseLength& length, double done,
                   const ModelDescription& now, const std::vector<std::string>& chosen) {
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
  for (const auto& [key, value] : stage.values) {
    if (!is_own(now, key, value)) TRY_VOID(give(key, value));
  }
  const double end = stage.until * length.whole;
  part.loop.time = length.iterations ? "" : fmt::format("{:.3f}s", std::max(end - done, 0.0));
  part.loop.target_iter = length.iterations ? static_cast<std::int64_t>(std::ceil(end)) : length.last_of(stage);
  return {};
}

constexpr const char* look_is_done =
    "This look is done before its time is over: more iterations of it would make lids and gaze worse. For a finer "
    "picture give it an evening, --time 4h";

// Whether a course in seconds has come to the iterations at which it ends, and time is left.
bool done_early(const std::vector<CourseStage>& stages, const CourseLength& length, const fs::path& model) {
  const auto last = stages.back().iterations;
  return !length.iterations && last > 0 && length.iterations_done(model) >= last && length.done(model) < length.whole;
}

// The model's description as it is saved; nothing where there is none to read.
std::optional<ModelDescription> description_at(const fs::path& model) {
  if (!ModelFolder::exists(model)) return std::nullopt;
  const auto folder = ModelFolder::open(model);
  if (!folder) return std::nullopt;
  return folder->description();
}

// Whether the newest that was saved of it was learned in pretraining, by its note: model.json may say already that this
// is over.
bool was_pretrained(const fs::path& model) {
  const auto list = usable_list(model);
  if (!list || list->entries.empty()) return false;
  for (const auto& note : read_notes(model)) {
    if (!(note.entry == list->entries.back())) continue;
    const auto then = description_from_json(note.model, model.string());
    return then && then->saehd.pretrain;
  }
  const auto saved = description_at(model);
  return saved && saved->saehd.pretrain;
}

// Whether the training that is asked for is a pretraining.
bool pretrains(const TrainRequest& request, const fs::path& model) {
  const bool given =
      std::ranges::any_of(request.wanted_rows, [](const Row& r) { return r.given && r.key == "pretrain"; });
  const auto saved = description_at(model);
  return given || !saved ? request.wanted.saehd.pretrain : saved->saehd.pretrain;
}

// Options of a stage that do not go together are told before the first one has taken its time.
Result<> check_stages(const TrainRequest& request, const std::vector<CourseStage>& stages, const CourseLength& length,
                      const std::vector<std::string>& chosen, const fs::path& model) {
  Run silent;  // what a stage changes is told when it begins
  const auto now = description_at(model).value_or(request.wanted);
  for (const auto& stage : stages) {
    if (length.is_over(stage, model)) continue;
    TrainRequest part = request;
    TRY_VOID(set_stage(part, stage, length, length.done(model), now, chosen));
    TRY(const auto description, settle_description(model, part, silent));
    if (const auto spec = spec_of(description); !spec) return Failure(spec.error());
  }
  return {};
}

}  // namespace

double CourseLength::done(const fs::path& model) const {
  return iterations ? static_cast<double>(iterations_done(model)) : seconds_done(model);
}

double CourseLength::seconds_done(const fs::path& model) const {
  return !pretraining && was_pretrained(model) ? 0 : trained_seconds(model);
}

std::int64_t CourseLength::iterations_done(const fs::path& model) const {
  return !pretraining && was_pretrained(model) ? 0 : trained_iterations(model);
}

std::int64_t CourseLength::last_of(const CourseStage& stage) const {
  if (stage.iterations == 0 || last_iteration == 0) return std::max(stage.iterations, last_iteration);
  return std::min(stage.iterations, last_iteration);
}

bool CourseLength::is_over(const CourseStage& stage, const fs::path& model) const {
  const double rest = stage.until * whole - done(model);
  const auto last = iterations ? last_iteration : last_of(stage);
  const bool at_last = last > 0 && iterations_done(model) >= last;
  return at_last || rest <= 0 || (!iterations && rest < shortest_stage);
}

Result<CourseLength> course_length(const TrainRequest& request, Schedule schedule, const fs::path& model) {
  const bool pretraining = pretrains(request, model);
  if (!request.loop.time.empty()) {
    TRY(const double seconds, parse_duration(request.loop.time));
    return CourseLength{seconds, false, request.loop.target_iter, pretraining};
  }
  if (request.loop.target_iter > 0)
    return CourseLength{static_cast<double>(request.loop.target_iter), true, 0, pretraining};
  return CourseLength{usual_seconds(schedule), false, 0, pretraining};
}

// Stages at sizes below the one that the model has already are over, whatever the time says.
void skip_smaller(std::vector<CourseStage>& stages, int resolution) {
  for (auto& stage : stages) {
    if (stage.resolution < resolution) stage.resolution = 0;
  }
}

bool knows_faces(const TrainRequest& request, const fs::path& model) {
  const auto saved = description_at(model);
  const auto untrained = is_untrained(model);
  if (!saved || (untrained && *untrained)) return takes_start(request.options, saved ? *saved : request.wanted);
  // An encoder that came with the pretrained start has a share of the learning rate of its own.
  return saved->steering.encoder_lr != 1;
}

Result<std::vector<CourseStage>> stages_left(const TrainRequest& request, Schedule schedule, const fs::path& model) {
  TRY(const auto wanted, spec_of(request.wanted));
  int size = 0;
  if (const auto saved = description_at(model)) {
    TRY(const auto spec, spec_of(*saved));
    size = spec.shape.resolution;
  }
  auto stages = course_stages(schedule, std::max(wanted.shape.resolution, size), knows_faces(request, model));
  skip_smaller(stages, size);
  return stages;
}

Result<TrainReport> train_course(TrainRequest request, Schedule schedule, const std::vector<std::string>& chosen,
                                 Run& run) {
  TRY(const fs::path model, model_path(request));
  request.options.model = model.filename().string();
  {
    TRY(const auto lock, take_model(model, face_model_kind()));  // each stage takes it again
  }
  TRY(const CourseLength length, course_length(request, schedule, model));
  if (schedule == Schedule::automatic) schedule = length.iterations ? Schedule::look : schedule_for(length.whole);
  TRY(const auto stages, stages_left(request, schedule, model));
  if (std::ranges::all_of(stages, [&](const CourseStage& s) { return length.is_over(s, model); })) {
    run.note(done_early(stages, length, model)
                 ? look_is_done
                 : "The course of this training is over; a longer --time or --target-iter goes on");
    return report_of_saved(model);
  }
  TRY_VOID(check_stages(request, stages, length, chosen, model));
  TrainReport report;
  for (std::size_t at = 0; at < stages.size(); ++at) {
    if (length.is_over(stages[at], model)) continue;
    const double done = length.done(model);
    run.note(fmt::format("{}{} ({} of {})", training_notes::stage, stages[at].name, at + 1, stages.size()));
    TrainRequest part = request;
    const auto now = description_at(model).value_or(request.wanted);
    TRY_VOID(set_stage(part, stages[at], length, done, now, chosen));
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
  if (done_early(stages, length, model)) run.note(look_is_done);
  return report;
}

}  // namespace understudy
