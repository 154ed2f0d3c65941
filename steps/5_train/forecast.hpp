// SPDX-License-Identifier: Apache-2.0
// What a training would need and how far it would come, told before anything starts.
#pragma once

#include "steps/5_train/course.hpp"

namespace understudy {

struct ForecastStage {
  std::string name;
  int resolution = 0;
  double seconds = 0, iterations = 0;
};

// What is behind a model.
struct CourseDone {
  double seconds = 0, iterations = 0;
};

// The stages with their time and iterations, where an iteration at `resolution` takes `each` seconds: others go by
// their pixels.
std::vector<ForecastStage> forecast_stages(const std::vector<CourseStage>&, const CourseLength&, const CourseDone&,
                                           int resolution, double each);

// Cuts off what comes after so many more iterations.
void end_at(std::vector<ForecastStage>&, double iterations);

// The report of --plan-only, a JSON object: model, class, new, resolution, schedule, memory, available,
// seconds_per_iteration, seconds and iterations of what is left, stages; and options: those with which a training is
// what was planned here. `rows` tell which were given.
Result<std::string> forecast_of(TrainRequest, const std::vector<Row>& rows, Run&);

}  // namespace understudy
