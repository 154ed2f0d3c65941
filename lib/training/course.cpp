// SPDX-License-Identifier: Apache-2.0
#include "lib/training/course.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace understudy {
namespace {

constexpr double hour = 3600;
// Iterations without which a size shows no more than the one below it (docs/decisions/course.md).
constexpr double enough_iterations = 1500;
// An encoder that knows faces knows them at its own size: grown, it sees every feature a third larger and has to learn
// eyes and gaze anew, from two people alone. Of a course with so many iterations nothing of that is left to be seen.
constexpr double enough_to_learn_anew = 10000;

// A look of two people and an encoder that knows faces is done by then: its decoders go on to learn the codes of their
// own faces by heart, and lids and gaze of faces that they were never shown get worse.
constexpr double most_of_a_look = 3500;

using Values = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view gan_power_at_the_end = "0.1";

// All that a course changes, in every stage: a course that is prolonged comes back to stages that were over, and a
// shortened one leaves some out, so none may rely on what another has set.
struct StageRules {
  const char* lr = "0";
  bool warp = false, uniform_yaw = false, lr_dropout = false;
  std::optional<std::string_view> gan_power;  // of a film; the others leave it alone

  Values values() const {
    const auto yes = [](bool on) { return on ? "true" : "false"; };
    Values all{{"random-warp", yes(warp)},
               {"uniform-yaw", yes(uniform_yaw)},
               {"lr", lr},
               {"lr-dropout", lr_dropout ? "y" : "n"}};
    if (gan_power) all.push_back({"gan-power", std::string(*gan_power)});
    return all;
  }
};

// An hour or less: no warp, which only pays over many iterations, and a learning rate that falls from four times the
// class's own to that (docs/decisions/course.md).
std::vector<CourseStage> look_stages(int first, int last) {
  const bool grows = first < last;
  std::vector<CourseStage> stages;
  const auto add = [&](const char* name, double until, int resolution, const char* lr) {
    stages.push_back({name, until, resolution, 0, StageRules{.lr = lr}.values()});
  };
  if (grows) add("small", 0.4, first, "2e-4");
  if (!grows) add("large", 0.5, last, "2e-4");
  add(grows ? "large" : "slower", grows ? 0.7 : 0.8, last, "1e-4");
  add("sharp", 1, last, "0");
  return stages;
}

std::vector<CourseStage> plain_stages(Schedule schedule, int last) {
  const int first = std::min(smallest_course_resolution, last);
  if (schedule == Schedule::none) return {{"whole", 1, 0, 0, {}}};
  if (schedule == Schedule::look) return look_stages(first, last);
  std::vector<CourseStage> stages;
  const auto no_gan = schedule == Schedule::film ? std::optional<std::string_view>("0") : std::nullopt;
  // Small sizes learn pose, expression and colours for a fraction of the price: a third of the time in all.
  if (first < last) {
    const int middle = (first + last) / 2 / 32 * 32;
    const bool two = middle > first && middle < last;
    const auto uniform = [&](const char* lr) {
      return StageRules{.lr = lr, .warp = true, .uniform_yaw = true, .gan_power = no_gan}.values();
    };
    stages.push_back({"small", two ? 0.2 : 0.4, first, 0, uniform("1e-4")});
    if (two) stages.push_back({"middle", 0.4, middle, 0, uniform("0")});
  }
  stages.push_back({"large", 0.65, last, 0, StageRules{.warp = true, .gan_power = no_gan}.values()});
  stages.push_back({"sharp", 0.8, last, 0, StageRules{.gan_power = no_gan}.values()});
  stages.push_back({"fine", schedule == Schedule::film ? 0.9 : 1, last, 0,
                    StageRules{.lr_dropout = true, .gan_power = no_gan}.values()});
  if (schedule == Schedule::film)
    stages.push_back({"crisp", 1, last, 0, StageRules{.lr_dropout = true, .gan_power = gan_power_at_the_end}.values()});
  return stages;
}

// An encoder that knows faces stands still in the first stage: gradients of decoders that do not know their person yet
// would unteach it what is common to all (Kumar et al. 2022, arXiv:2202.10054). An iteration is quicker without it,
// too.
void keep_known(std::vector<CourseStage>& stages) {
  for (std::size_t i = 0; i < stages.size(); ++i) stages[i].values.push_back({"encoder-lr", i == 0 ? "0" : "0.2"});
}

}  // namespace

std::string_view set_by_courses(std::string_view key) {
  if (key == "uniform-yaw") return "true";
  if (key == "lr-dropout") return "y";
  return key == "gan-power" ? gan_power_at_the_end : std::string_view();
}

Schedule schedule_for(double seconds) {
  if (seconds <= 1 * hour) return Schedule::look;
  return seconds <= 10 * hour ? Schedule::evening : Schedule::film;
}

double usual_seconds(Schedule schedule) {
  if (schedule == Schedule::film) return 24 * hour;
  return schedule == Schedule::evening ? 4 * hour : hour / 3;
}

int course_resolution(double seconds, double seconds_at_96, bool known) {
  const double enough = known ? enough_to_learn_anew : enough_iterations;
  int best = smallest_course_resolution;
  for (const int side : {128, 160, 192, 224, 256}) {
    const double each = seconds_at_96 * side * side / (96.0 * 96.0);
    if (0.6 * seconds / each >= enough * side / 128.0) best = side;
  }
  return best;
}

std::vector<CourseStage> course_stages(Schedule schedule, int last, bool known) {
  auto stages = plain_stages(schedule, last);
  if (known && schedule != Schedule::none) keep_known(stages);
  if (known && schedule == Schedule::look && last <= smallest_course_resolution)
    for (auto& stage : stages) stage.iterations = std::llround(stage.until * most_of_a_look);
  return stages;
}

}  // namespace understudy
