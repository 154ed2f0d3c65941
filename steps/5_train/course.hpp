// SPDX-License-Identifier: Apache-2.0
// A whole training by a schedule: its stages one after the other, each a training of its own that ends with a save.
#pragma once

#include "lib/training/course.hpp"
#include "steps/5_train/train.hpp"

namespace understudy {

// As train(), where request.loop.time is the time of the whole course, over every call (the iterations of
// target_iter likewise); without both the schedule's usual time. A model that is there goes on at the stage that it has
// come to; a course prolonged to a larger size grows it. `chosen`: rows that the user gave; no stage changes
// these. request.wanted's resolution is the one that the course ends at.
Result<TrainReport> train_course(TrainRequest request, Schedule, const std::vector<std::string>& chosen, Run&);

}  // namespace understudy
