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
  fs::path model;    // model folder, or an exported file (--model-file); empty without a model
  fs::path xseg;     // see open_masker(); read for the masks with xseg alone
  fs::path merged, merged_mask;
  fs::path state;  // .understudy/merge.json: the content of the video that was read last
};

struct MergeReport {
  std::int64_t frames = 0;
  std::int64_t done_before = 0;           // frames that an earlier run of the same settings finished
  std::vector<std::string> without_face;  // frames that stay as they are
  std::vector<std::string> unreadable;
  std::vector<std::string> without_metadata;  // pictures in aligned/ that do not say which frame they are from
  std::vector<std::string> foreign;           // pictures in merged/ that were not made here and bear no frame's name
  std::int64_t set_aside = 0;                 // pictures that stood in the way, now in `backup`
  fs::path backup;                            // or empty
  std::int64_t model_iteration = 0;
  double seconds = 0;
};
std::string to_json_text(const MergeReport&);

// Whether the mask needs a network and the workspace has none of its own.
bool takes_generic_mask(const MergeOptions&, const MergePaths&);

// A picture that is there and was made of the same frame, faces, options and model (their content, wherever they lie)
// is kept, also when somebody has retouched it. Others that this step made are replaced, one by one as their turn
// comes. Whatever else has a frame's name is moved to a backup folder; pictures of other names stay. Nothing is touched
// before it is sure that faces belong to frames. Frames are independent of each other and of the number of threads.
Result<MergeReport> merge(const MergeOptions&, const MergePaths&, Run&);

}  // namespace understudy
