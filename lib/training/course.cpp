// SPDX-License-Identifier: Apache-2.0
#include "lib/training/course.hpp"

#include <algorithm>

namespace understudy {
namespace {

constexpr double hour = 3600;
// Iterations without which a size shows no more than the one below it (docs/decisions/course.md).
constexpr double enough_iterations = 1500;

}  // namespace

Schedule schedule_for(double seconds) {
  if (seconds <= 1 * hour) return Schedule::look;
  return seconds <= 10 * hour ? Schedule::evening : Schedule::film;
}

double usual_seconds(Schedule schedule) {
  if (schedule == Schedule::film) return 24 * hour;
  return schedule == Schedule::evening ? 4 * hour : hour / 3;
}

int course_resolution(double seconds, double seconds_at_96) {
  int best = smallest_course_resolution;
  for (const int side : {128, 160, 192, 224, 256}) {
    const double each = seconds_at_96 * side * side / (96.0 * 96.0);
    if (0.6 * seconds / each >= enough_iterations * side / 128.0) best = side;
  }
  return best;
}

std::vector<CourseStage> course_stages(Schedule schedule, int last) {
  const int first = std::min(smallest_course_resolution, last);
  if (schedule == Schedule::none) return {{"whole", 1, 0, {}}};
  std::vector<CourseStage> stages;
  // Small sizes learn pose, expression and colours for a fraction of the price: a third of the time in all.
  if (first < last) {
    const int middle = (first + last) / 2 / 32 * 32;
    const bool two = schedule != Schedule::look && middle > first && middle < last;
    stages.push_back({"small", two ? 0.2 : 0.4, first, {{"random-warp", "true"}}});
    if (two) stages.push_back({"middle", 0.4, middle, {{"random-warp", "true"}}});
  }
  const bool uniform = schedule != Schedule::look;
  for (auto& stage : stages) {
    if (uniform) stage.values.push_back({"uniform-yaw", "true"});
  }
  stages.push_back({"large", 0.65, last, {{"random-warp", "true"}, {"uniform-yaw", "false"}}});
  stages.push_back({"sharp", schedule == Schedule::look ? 1 : 0.8, last, {{"random-warp", "false"}}});
  if (schedule == Schedule::look) return stages;
  stages.push_back({"fine", schedule == Schedule::film ? 0.9 : 1, last, {{"lr-dropout", "y"}}});
  if (schedule == Schedule::film) stages.push_back({"crisp", 1, last, {{"gan-power", "0.1"}}});
  return stages;
}

std::size_t stage_at(const std::vector<CourseStage>& stages, double part) {
  const auto it = std::ranges::find_if(stages, [&](const CourseStage& s) { return part < s.until; });
  return static_cast<std::size_t>(it - stages.begin());
}

}  // namespace understudy
