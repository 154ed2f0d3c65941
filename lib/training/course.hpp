// SPDX-License-Identifier: Apache-2.0
// The course of a training: the stages of the guide (small before large, random warp and then without, the learning
// rate's dropout, a little GAN at the end), each up to a part of the time or of the iterations. Plain values: nothing
// is carried from stage to stage but the model itself, so a run that was killed finds its place by how long the model
// has been trained.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/options/describe.hpp"

namespace understudy {

// automatic: the one that the time suits.
enum class Schedule { automatic, none, look, evening, film };
template <>
struct Names<Schedule> {
  static constexpr std::array all{"auto", "none", "look", "evening", "film"};
};

struct CourseStage {
  std::string name;                                         // for the log: "large", "sharp"
  double until = 1;                                         // part of the whole course at which it ends
  int resolution = 0;                                       // which the model is grown to; 0: as it is
  std::int64_t iterations = 0;                              // at which it ends where time is left; 0: nowhere
  std::vector<std::pair<std::string, std::string>> values;  // rows of the model's options, as text; the same in each
};

// What a course itself sets of such a row and takes back in its other stages; empty where it takes nothing back.
// Another value is somebody's own and stays.
std::string_view set_by_courses(std::string_view key);

// The schedule that a training time suits: up to an hour, up to ten, more. Seconds.
Schedule schedule_for(double seconds);
// How long each one is meant to take when no time is given, seconds; that of a look for automatic and none.
double usual_seconds(Schedule);

// Where every course begins: below it nobody can be told from anybody.
inline constexpr int smallest_course_resolution = 96;

// The size that a model is worth in this time: the largest whose stage makes enough iterations. `seconds_at_96`: of an
// iteration at 96 pixels on this machine; the others follow by their pixels. `known` as below: its encoder has more to
// lose by growing.
int course_resolution(double seconds, double seconds_at_96, bool known = false);

// The stages of a model that ends at this resolution; smaller sizes come first. Not of Schedule::automatic. `known`:
// its encoder knows faces already (the pretrained start), so that the decoders are taught first and it follows slowly.
std::vector<CourseStage> course_stages(Schedule, int last_resolution, bool known = false);

}  // namespace understudy
