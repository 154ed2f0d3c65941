// SPDX-License-Identifier: Apache-2.0
// Step 4: trains an XSeg model on the faces that have labels. In: aligned/ of both sides. Out: model/XSeg/.
#pragma once

#include "lib/base/files.hpp"
#include "lib/jobs/run.hpp"
#include "lib/loop/loop_options.hpp"
#include "lib/xseg/xseg_options.hpp"
#include "steps/4_xseg/options.hpp"

namespace understudy {

struct MaskTrainRequest {
  fs::path model;                // WORKSPACE/model/XSeg
  fs::path src, dst;             // faceset folders; one that is missing has no labels
  XsegOptions wanted;            // for a new model; for an existing one only the values the user gave count
  std::vector<Row> wanted_rows;  // rows over `wanted` that tell which values were given
  LoopOptions loop;
  MaskTrainOptions options;
};

struct MaskTrainReport {
  fs::path model;
  std::int64_t iteration = 0;        // reached
  std::int64_t iterations_done = 0;  // in this call
  double seconds = 0;                // of this call, without pauses
  double iteration_seconds = 0;      // median of the last 1,000, without saves and previews
  double waited_part = 0;            // waited for samples, part of the time
  std::size_t faces = 0;             // that were learned from
  double loss = 0;                   // mean of the last 50 iterations
  fs::path preview;
};
std::string to_json_text(const MaskTrainReport&);

// Creates or resumes the model, trains until the target, the time or a stop, saves and returns. A stop by the user is
// Code::cancelled after the save. Nothing is written before all is checked.
Result<MaskTrainReport> train_masks(const MaskTrainRequest&, Run&);

}  // namespace understudy
