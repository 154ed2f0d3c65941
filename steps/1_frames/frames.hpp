// SPDX-License-Identifier: Apache-2.0
// Step 1: a video into numbered images.
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/1_frames/options.hpp"

namespace understudy {

struct FramesPaths {
  std::filesystem::path video;
  std::filesystem::path folder;    // out: 00001.png …
  std::filesystem::path manifest;  // manifest_of(.understudy, "frames-<side>", prefix): when each frame was shown
};

struct FramesReport {
  std::int64_t frames = 0;
  std::int64_t done_before = 0;
  std::vector<std::string> unreadable;
  bool kept_foreign = false;     // the folder held frames that were not made here: left alone
  std::int64_t set_aside = 0;    // images that were edited or not made here and stood in the way, now in `backup`
  std::filesystem::path backup;  // or empty
  double seconds = 0;
};
std::string to_json_text(const FramesReport&);

// Exactly the decoded frames, none doubled or dropped whatever the timing. Frames that are there already are kept when
// they are of the same video and options; else those that were made here are replaced, and what was edited since is put
// aside. A kill loses the frames in work; the rerun makes those.
Result<FramesReport> extract_frames(const FramesOptions&, const FramesPaths&, Run&);

// Which frames to take for a wanted rate: for every output time the frame shown then, no frame twice.
std::vector<std::int64_t> pick_frames(const std::vector<std::int64_t>& ticks, double seconds_per_tick, double fps);

}  // namespace understudy
