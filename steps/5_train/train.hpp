// SPDX-License-Identifier: Apache-2.0
// Step 5: trains a model on the src and dst facesets. In: aligned/ of both sides. Out: model/NAME/.
#pragma once

#include "lib/base/files.hpp"
#include "lib/jobs/run.hpp"
#include "lib/loop/loop_options.hpp"
#include "lib/project/workspace.hpp"
#include "lib/training/model_options.hpp"
#include "lib/training/planner.hpp"
#include "steps/5_train/options.hpp"

namespace understudy {

struct TrainRequest {
  fs::path models;               // WORKSPACE/model; options.model is the name of a folder there
  fs::path src, dst;             // faceset folders
  ModelDescription wanted;       // for a new model; for an existing one only the values the user gave count
  std::vector<Row> wanted_rows;  // rows over `wanted` that tell which values were given
  LoopOptions loop;
  TrainOptions options;
  bool precision_given = false;  // options.precision holds also where it is `auto` and the model was made for fp32
  bool grow = false;             // an existing model takes over a given larger resolution
};

struct TrainReport {
  std::string model;
  std::int64_t iteration = 0;                         // reached
  std::int64_t iterations_done = 0;                   // in this call
  double seconds = 0;                                 // of this call, without pauses
  double seconds_per_iteration = 0, waited_part = 0;  // waited for samples, part of the time
  double iteration_seconds = 0;                       // median of the last 1,000, without saves and previews
  std::uint64_t peak_memory = 0;                      // of the process, bytes
  std::uint64_t planned_memory = 0;                   // with --plan
  double planned_seconds = 0;                         // with --plan, an iteration
  double src_loss = 0, dst_loss = 0;                  // means of the last 50 iterations
  fs::path preview;
};

std::string to_json_text(const TrainReport&);
// Of a model on which nothing was done in this call, by its newest generation.
TrainReport report_of_saved(const fs::path& model);

// What is known before the first iteration.
struct PlannedTraining {
  fs::path model;
  bool is_new = true;
  ModelDescription description;
  int resolution = 0;
  Plan plan;
};
// Only looks and tries; nothing is written. What does not fit the memory is Code::out_of_memory, with what to lower.
Result<PlannedTraining> plan_only(TrainRequest, Run&);

// Creates or resumes the model, trains until the target, the time (pauses do not count) or a stop, saves and returns. A
// stop by the user is Code::cancelled after the save. Nothing is written before all is checked.
Result<TrainReport> train(const TrainRequest&, Run&);

}  // namespace understudy
