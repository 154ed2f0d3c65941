// SPDX-License-Identifier: Apache-2.0
// Step 6: puts the model's face into every frame. In: dst frames (or video), aligned dst faces, a model. Out: merged/
// and merged_mask/, one PNG per frame, marked as synthetic.
#pragma once

#include <functional>

#include "lib/base/files.hpp"
#include "lib/jobs/run.hpp"
#include "lib/timeline/timeline.hpp"
#include "steps/6_merge/options.hpp"

namespace understudy {

struct MergePaths {
  fs::path frames;   // video or folder
  fs::path aligned;  // dst faces
  fs::path model;    // model folder, or an exported file (--model-file); empty without a model
  fs::path xseg;     // see open_masker(); read for the masks with xseg alone
  fs::path merged, merged_mask;
  fs::path video, manifest;  // dst's video and step 1's manifest, where `frames` are images; need not be there
  fs::path state;            // .understudy/merge.json: the content of the video that was read last
  fs::path models;           // where the models of single persons lie
  fs::path timelines;        // .understudy/merge/
  fs::path sample;           // the page of --sample
  fs::path predictions;      // .understudy/predictions/: what the networks said; may be empty for no cache
  fs::path src_aligned;      // whose poses turns are held against; need not be there
  fs::path records;          // .understudy/merge_check.jsonl: what `merge check` measured; need not be there
};

struct MergeReport {
  std::int64_t frames = 0;
  std::int64_t done_before = 0;           // of those asked for, frames that are there and were made of the same
  std::int64_t rendered = 0;              // frames that this run made
  std::vector<std::string> without_face;  // frames that stay as they are
  std::vector<std::string> unreadable;
  std::vector<std::string> without_metadata;  // pictures in aligned/ that do not say which frame they are from
  std::vector<std::string> foreign;           // pictures in merged/ that were not made here and bear no frame's name
  std::int64_t set_aside = 0;                 // pictures that stood in the way, now in `backup`
  fs::path backup;                            // or empty
  std::int64_t model_iteration = 0;
  std::string sample;                                   // the page of --sample, or empty
  std::vector<std::int64_t> sample_frames;              // that it shows, from 0 on
  std::int64_t network_runs = 0, predictions_kept = 0;  // faces and masks that a network made; that were there already
  std::int64_t checked = 0;       // of the frames asked for, those that a check has measured as they are merged now
  std::int64_t with_reasons = 0;  // that are known to have reasons to look at them
  std::int64_t fallbacks = 0;     // that a fallback acts on
  double seconds = 0;
};
std::string to_json_text(const MergeReport&);

// Whether a mask that needs a network takes the one inside the program: the workspace has none of its own.
bool takes_generic_mask(const MergeOptions&, const MergePaths&);

// The frames with the settings that the timeline has for each; `clip_wide` are settings of this run alone that go
// before what the timeline says of the whole clip. A picture that is there and was made of the same (frame, faces,
// settings at that frame, model, program) is kept, also when somebody has retouched it. Others that this step made are
// replaced, one by one as their turn comes. Whatever else has a frame's name is moved to a backup folder; pictures of
// other names stay. Nothing is touched before it is sure that faces belong to frames, and with --sample nothing at all
// but its page. Frames are independent of each other and of the number of threads.
Result<MergeReport> merge(const MergeOptions&, const SettingValues& clip_wide, const MergePaths&, Run&);

}  // namespace understudy
