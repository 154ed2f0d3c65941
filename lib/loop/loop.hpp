// SPDX-License-Identifier: Apache-2.0
// The loop of a training: one place where commands are taken, one where it ends.
#pragma once

#include <deque>

#include "lib/loop/loop_options.hpp"
#include "lib/loop/session.hpp"

namespace understudy {

struct Limits {
  double seconds = 0;  // 0 = none
  std::int64_t iteration = 0;
};
Result<Limits> limits_of(const LoopOptions&);

struct Pace {
  std::deque<double> durations;  // seconds of the last 1,000 iterations, without saves and previews
  double paused = 0;             // seconds, which count towards no limit
  double median() const;         // of the durations; 0 without any
};

// Iterates until a limit or a stop. Live options may be set all the while, and those that were set earlier in the job
// still are. `others` are the rows of the step's other options, none of which is live: for the answer to who sets one.
Result<> iterate_until(Session&, const Limits&, LoopOptions, std::vector<Row> others, Pace&, Run&);

// What one call of a training did.
struct Trained {
  std::int64_t iterations = 0;
  double seconds = 0;            // without pauses
  double iteration_seconds = 0;  // median of the last 1,000, without saves and previews
};
// The stage "train": iterates until a limit or a stop, saves and shows what came of it. A stop by the user is
// Code::cancelled after that.
Result<Trained> train_until(Session&, const Limits&, const LoopOptions&, std::vector<Row> others, Run&);

// What was chosen, or what is quicker on that device.
Precision precision_of(PrecisionChoice, const Device&, bool winograd);

}  // namespace understudy
