// SPDX-License-Identifier: Apache-2.0
// All that a merge, a sample or a delivery works on, found and checked before anything is written.
#pragma once

#include "lib/media/frame_source.hpp"
#include "steps/6_merge/facts.hpp"
#include "steps/6_merge/models.hpp"

namespace understudy {

struct PreparedMerge {
  media::FrameSource source;
  std::vector<PlannedFrame> plans;  // by frame
  std::vector<bool> wanted;         // by frame: those that were asked for
  Timeline timeline;
  MergeModels models;
  // By frame, as they would be without a fallback; empty where nothing was looked at.
  std::vector<FrameFacts> facts;
  std::vector<JudgedFrame> judged;
};

// Tells what is odd, and notes in the report what it finds. no_faces when no face belongs to a frame.
Result<PreparedMerge> prepare_merge(const MergeOptions&, const SettingValues& clip_wide, const MergePaths&,
                                    MergeReport&, Run&);

}  // namespace understudy
