// SPDX-License-Identifier: Apache-2.0
// Step 6: puts the model's face into every frame. In: dst frames (or video), aligned dst faces, a model. Out: merged/
// and merged_mask/, one PNG per frame, marked as synthetic.
#pragma once

#include <functional>

#include "lib/base/files.hpp"
#include "lib/jobs/run.hpp"
#include "steps/6_merge/options.hpp"

namespace understudy {

struct MergePaths {
  fs::path frames;   // video or folder
  fs::path aligned;  // dst faces
  fs::path model;    // model folder
  fs::path merged, merged_mask;
  fs::path state;  // .understudy/merge.json: what the frames in merged/ were made of
};

struct MergeReport {
  std::int64_t frames = 0;
  std::int64_t done_before = 0;           // frames that an earlier run of the same settings finished
  std::vector<std::string> without_face;  // frames that stay as they are
  std::vector<std::string> unreadable;
  std::int64_t model_iteration = 0;
  double seconds = 0;
};
std::string to_json_text(const MergeReport&);

// Frames that are there from the same model state, settings and faces are kept; other frames in the folders that this
// step made are replaced. Frames are independent of each other and of the number of threads.
Result<MergeReport> merge(const MergeOptions&, const MergePaths&, Run&);

}  // namespace understudy
