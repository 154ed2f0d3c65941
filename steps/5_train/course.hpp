// SPDX-License-Identifier: Apache-2.0
// A whole training by a schedule: its stages one after the other, each a training of its own that ends with a save.
#pragma once

#include "lib/training/course.hpp"
#include "steps/5_train/train.hpp"

namespace understudy {

// How long a course is and how much of it is behind a model, in seconds or in iterations.
struct CourseLength {
  double whole = 0;
  bool iterations = false;
  std::int64_t last_iteration = 0;  // at which it ends before its time is over; 0: none
  // Whether it is the course of a pretraining. Of another, what a model was pretrained for is no part: that is counted
  // anew when it is left.
  bool pretraining = false;
  double done(const fs::path& model) const;
  double seconds_done(const fs::path& model) const;
  std::int64_t iterations_done(const fs::path& model) const;
  // The iteration at which a stage of a course in seconds ends before its time is over; 0: none.
  std::int64_t last_of(const CourseStage&) const;
  // Whether nothing is left of that stage: less than a millisecond is no time to train for.
  bool is_over(const CourseStage&, const fs::path& model) const;
};
Result<CourseLength> course_length(const TrainRequest&, Schedule, const fs::path& model);
// What is left of its stages for a model that has this resolution already (0: for a new one).
void skip_smaller(std::vector<CourseStage>&, int resolution);

// Whether its encoder knows faces, or would as a new one: it began with the pretrained start.
bool knows_faces(const TrainRequest&, const fs::path& model);

// The stages that are left, whatever of their time is over, for the model that is there or will be: one that ends at
// the size that is wanted, or its own where that is larger, as no course makes a model smaller.
Result<std::vector<CourseStage>> stages_left(const TrainRequest&, Schedule, const fs::path& model);

// As train(), where request.loop.time is the time of the whole course, over every call (the iterations of
// target_iter likewise; of both, whichever is over first); without both the schedule's usual time. A model that is
// there goes on at the stage that it has come to; a course prolonged to a larger size grows it. `chosen`: rows that the
// user gave; no stage changes these. request.wanted's resolution is the one that the course ends at.
Result<TrainReport> train_course(TrainRequest request, Schedule, const std::vector<std::string>& chosen, Run&);

}  // namespace understudy
