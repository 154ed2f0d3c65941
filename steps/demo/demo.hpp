// SPDX-License-Identifier: Apache-2.0
// The demo's own parts: two clips of people who do not exist, and the truth of the swap between
// them.
#pragma once

#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/face/synthetic/synthetic.hpp"
#include "lib/jobs/run.hpp"

namespace understudy::demo {

struct DemoOptions {
  int size = 400;    // side of the square frames, even
  int frames = 150;  // of each clip; at most demo_seconds * rate
  int rate = 30;     // a second
  bool operator==(const DemoOptions&) const = default;
};

struct DemoClips {
  fs::path src, dst;
  int rendered = 0;  // frames drawn now; 0 when both clips were there already
  double seconds = 0;
};

// Writes WORKSPACE/data_src.mp4 (Ada through all poses and expressions) and data_dst.mp4 (Bo speaks, with a voice that
// follows his mouth). Clips that are there from the same options are kept, so a stopped run goes on with what is
// missing; those of other options are drawn anew. Refuses a folder with clips, pictures, faces, models or merged frames
// that the demo did not make, and its own with clips or frames in it that are others now.
Result<DemoClips> render_demo_clips(const fs::path& workspace, const DemoOptions&, Run&);

// The truth, drawn when asked for: drawing is deterministic, so nothing need be kept. Frame i is that of the dst clip.
class DemoTruth {
 public:
  explicit DemoTruth(const DemoOptions&);
  synthetic::Rendered swapped(int frame) const;   // Ada performing Bo's lines: what the merge should come to
  synthetic::Rendered original(int frame) const;  // Bo himself
  synthetic::Performance played(int frame) const;
  // What a merged frame is to be compared with, and where: inside both faces, outside what passes in front of them.
  struct Compared {
    ImageU8 truth_bgr;
    ImageU8 inside;  // one channel, 0..255
  };
  Compared compared(int frame) const;

 private:
  synthetic::RenderOptions size_;
  int rate_;
  synthetic::Actor ada_, bo_;
};

}  // namespace understudy::demo
