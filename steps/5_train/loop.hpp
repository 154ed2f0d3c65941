// SPDX-License-Identifier: Apache-2.0
// The loop of a training: one place where commands are taken, one where it ends. Inner part of the step.
#pragma once

#include <deque>

#include "steps/5_train/options.hpp"
#include "steps/5_train/session.hpp"

namespace understudy {

struct Limits {
  double seconds = 0;  // 0 = none
  std::int64_t iteration = 0;
};

struct Pace {
  std::deque<double> durations;  // seconds of the last 1,000 iterations, without saves and previews
  double paused = 0;             // seconds, which count towards no limit
};

// Iterates until a limit or a stop. Live options may be set all the while, and those that were set earlier in the job
// still are.
Result<> iterate_until(Session&, const Limits&, TrainOptions, Pace&, Run&);

}  // namespace understudy
