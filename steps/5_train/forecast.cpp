// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/forecast.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/loop/generation_list.hpp"
#include "steps/5_train/course.hpp"
#include "steps/5_train/course_size.hpp"
#include "steps/5_train/setup.hpp"

namespace understudy {
namespace {

using nlohmann::json;

bool is_given(const std::vector<Row>& rows, std::string_view key) {
  return std::ranges::any_of(rows, [&](const Row& row) { return row.key == key && row.given; });
}

// The size that a new model of a course is worth in its time, where nobody named one.
Result<> choose_size(TrainRequest& request, Schedule schedule, const std::vector<Row>& rows, const CourseLength& length,
                     Run& run) {
  TRY(const auto path, model_path(request));
  if (schedule == Schedule::none || request.wanted.model_class != ModelClass::saehd || length.iterations ||
      is_given(rows, "resolution") || ModelFolder::exists(path)) {
    return {};
  }
  run.stage("size");
  TRY(const double each, seconds_at_smallest(request));
  request.wanted.saehd.resolution = course_resolution(length.whole, each, knows_faces(request, path));
  return {};
}

json stages_json(const std::vector<ForecastStage>& stages) {
  json all = json::array();
  for (const auto& s : stages)
    all.push_back(
        {{"name", s.name}, {"resolution", s.resolution}, {"seconds", s.seconds}, {"iterations", s.iterations}});
  return all;
}

}  // namespace

std::vector<ForecastStage> forecast_stages(const std::vector<CourseStage>& stages, const CourseLength& length,
                                           const CourseDone& done, int resolution, double each) {
  std::vector<ForecastStage> told;
  double from = length.iterations ? done.iterations : done.seconds, iterations = done.iterations;
  for (const auto& stage : stages) {
    const double span = stage.until * length.whole - from;
    if (span <= 0) continue;
    const int size = stage.resolution > 0 ? stage.resolution : resolution;
    const double one = each * size * size / (static_cast<double>(resolution) * resolution);
    ForecastStage next{stage.name, size, length.iterations ? span * one : span,
                       length.iterations ? span
                       : one > 0         ? span / one
                                         : 0};
    const double most = static_cast<double>(stage.iterations) - iterations;
    if (!length.iterations && stage.iterations > 0 && next.iterations > most) {
      next.iterations = std::max(most, 0.0);
      next.seconds = next.iterations * one;
    }
    from += length.iterations ? span : next.seconds;
    iterations += next.iterations;
    if (next.seconds > 0) told.push_back(std::move(next));
  }
  return told;
}

void end_at(std::vector<ForecastStage>& stages, double iterations) {
  for (auto& stage : stages) {
    const double part = stage.iterations > 0 ? std::clamp(iterations / stage.iterations, 0.0, 1.0) : 1;
    iterations -= stage.iterations;
    stage.seconds *= part;
    stage.iterations *= part;
  }
  std::erase_if(stages, [](const ForecastStage& s) { return s.seconds <= 0; });
}

Result<std::string> forecast_of(TrainRequest request, const std::vector<Row>& rows, Run& run) {
  Schedule schedule = request.options.schedule;
  TRY(const auto model, model_path(request));
  TRY(const auto length, course_length(request, schedule, model));
  const bool endless = schedule == Schedule::none && request.loop.time.empty() && request.loop.target_iter == 0;
  if (schedule == Schedule::automatic) schedule = length.iterations ? Schedule::look : schedule_for(length.whole);
  TRY_VOID(choose_size(request, schedule, rows, length, run));
  TRY(auto planned, plan_only(request, run));
  // The planner measures the processor alone.
  if (planned.plan.seconds == 0) {
    TRY(planned.plan.seconds, seconds_per_iteration(planned.description, request));
  }
  TRY(const auto wanted, spec_of(request.wanted));
  const int last = planned.is_new ? planned.resolution : std::max(wanted.shape.resolution, planned.resolution);
  auto stages = course_stages(schedule, last, knows_faces(request, planned.model));
  if (!planned.is_new) skip_smaller(stages, planned.resolution);
  // The time of one call counts from now, that of a course from the model's beginning; iterations always do.
  const bool from_now = schedule == Schedule::none && !length.iterations;
  CourseDone done;
  if (!planned.is_new) {
    done.seconds = from_now ? 0 : length.seconds_done(planned.model);
    done.iterations = static_cast<double>(length.iterations_done(planned.model));
  }
  auto told = endless ? std::vector<ForecastStage>()
                      : forecast_stages(stages, length, done, planned.resolution, planned.plan.seconds);
  if (length.last_iteration > 0) end_at(told, static_cast<double>(length.last_iteration) - done.iterations);
  double seconds = 0, iterations = 0;
  for (const auto& stage : told) seconds += stage.seconds, iterations += stage.iterations;
  json options = json::object();
  if (planned.is_new && request.wanted.model_class == ModelClass::saehd) options["resolution"] = planned.resolution;
  return json_text(json{{"model", planned.model.filename().string()},
                        {"class", class_name(planned.description.model_class)},
                        {"new", planned.is_new},
                        {"resolution", planned.resolution},
                        {"schedule", Names<Schedule>::all[static_cast<std::size_t>(schedule)]},
                        {"memory", planned.plan.memory},
                        {"available", planned.plan.available},
                        {"seconds_per_iteration", planned.plan.seconds},
                        {"seconds", seconds},
                        {"iterations", iterations},
                        {"stages", stages_json(told)},
                        {"options", options}});
}

}  // namespace understudy
