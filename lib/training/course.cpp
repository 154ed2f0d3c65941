// SPDX-License-Identifier: Apache-2.0
#include "lib/training/course.hpp"

#include <algorithm>

namespace understudy {
namespace {

constexpr double hour = 3600;
// Iterations without which a size shows no more than the one below it (docs/decisions/course.md).
constexpr double enough_iterations = 1500;

// An hour or less: no warp, which only pays over many iterations, and a learning rate that falls from four times the
// class's own to that (docs/decisions/course.md).
std::vector<CourseStage> look_stages(int first, int last) {
  const bool grows = first < last;
  std::vector<CourseStage> stages;
  const auto add = [&](const char* name, double until, int resolution, const char* lr) {
    stages.push_back({name, until, resolution, {{"random-warp", "false"}, {"lr", lr}}});
  };
  if (grows) add("small", 0.4, first, "2e-4");
  if (!grows) add("large", 0.5, last, "2e-4");
  add(grows ? "large" : "slower", grows ? 0.7 : 0.8, last, "1e-4");
  add("sharp", 1, last, "0");
  return stages;
}

std::vector<CourseStage> plain_stages(Schedule schedule, int last) {
  const int first = std::min(smallest_course_resolution, last);
  if (schedule == Schedule::none) return {{"whole", 1, 0, {}}};
  if (schedule == Schedule::look) return look_stages(first, last);
  std::vector<CourseStage> stages;
  // Small sizes learn pose, expression and colours for a fraction of the price: a third of the time in all.
  if (first < last) {
    const int middle = (first + last) / 2 / 32 * 32;
    const bool two = middle > first && middle < last;
    const auto uniform = [](const char* lr) {
      return std::vector<std::pair<std::string, std::string>>{
          {"random-warp", "true"}, {"uniform-yaw", "true"}, {"lr", lr}};
    };
    stages.push_back({"small", two ? 0.2 : 0.4, first, uniform("1e-4")});
    if (two) stages.push_back({"middle", 0.4, middle, uniform("0")});
  }
  stages.push_back({"large", 0.65, last, {{"random-warp", "true"}, {"uniform-yaw", "false"}, {"lr", "0"}}});
  stages.push_back({"sharp", 0.8, last, {{"random-warp", "false"}}});
  stages.push_back({"fine", schedule == Schedule::film ? 0.9 : 1, last, {{"lr-dropout", "y"}}});
  if (schedule == Schedule::film) stages.push_back({"crisp", 1, last, {{"gan-power", "0.1"}}});
  return stages;
}

// An encoder that knows faces stands still in the first stage: gradients of decoders that do not know their person yet
// would unteach it what is common to all (Kumar et al. 2022, arXiv:2202.10054). An iteration is quicker without it,
// too.
void keep_known(std::vector<CourseStage>& stages) {
  for (std::size_t i = 0; i < stages.size(); ++i) stages[i].values.push_back({"encoder-lr", i == 0 ? "0" : "0.2"});
}

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

std::vector<CourseStage> course_stages(Schedule schedule, int last, bool known) {
  auto stages = plain_stages(schedule, last);
  if (known && schedule != Schedule::none) keep_known(stages);
  return stages;
}

std::size_t stage_at(const std::vector<CourseStage>& stages, double part) {
  const auto it = std::ranges::find_if(stages, [&](const CourseStage& s) { return part < s.until; });
  return static_cast<std::size_t>(it - stages.begin());
}

}  // namespace understudy
