// SPDX-License-Identifier: Apache-2.0
// The size that a course ends at when nobody names one.
#pragma once

#include "steps/5_train/train.hpp"

namespace understudy {

// What was chosen once, and the training time, seconds, that it was chosen for.
struct ChosenSize {
  double seconds = 0;
  int resolution = 0;  // 0: nothing was chosen
};
// From such a file; one that is absent or says nothing of use counts as no choice.
ChosenSize read_chosen_size(const fs::path&);
Result<> write_chosen_size(const fs::path&, const ChosenSize&);

// An iteration of such a model on this machine, by a few trial ones; and of what is wanted at
// smallest_course_resolution.
Result<double> seconds_per_iteration(const ModelDescription&, const TrainRequest&);
Result<double> seconds_at_smallest(TrainRequest);

// The size, in pixels, that this machine can bring to an end in request.loop.time; the smallest when there is no
// time. It is chosen once, written to `kept` and stays for as long as the model is there: another timing, beside other
// work, would choose another. More time chooses again.
Result<int> course_size(const TrainRequest& request, const fs::path& kept, Run&);

}  // namespace understudy
