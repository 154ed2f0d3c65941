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
  std::optional<PlateColours> plate;  // of frames read at 16 bits; none where these are in SDR
  // By frame, as they would be without a fallback; empty where nothing was looked at.
  std::vector<FrameFacts> facts;
  std::vector<JudgedFrame> judged;
};

// Tells what is odd, and notes in the report what it finds. no_faces when no face belongs to a frame. `own_colours`:
// HDR and wide-gamut plates that are read at 16 bits stay in their own colours.
Result<PreparedMerge> prepare_merge(const MergeOptions&, const SettingValues& clip_wide, const MergePaths&,
                                    bool own_colours, MergeReport&, Run&);

}  // namespace understudy
