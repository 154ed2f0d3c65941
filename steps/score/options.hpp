// SPDX-License-Identifier: Apache-2.0
// The options of scoring a swap.
#pragma once

#include "lib/options/describe.hpp"

namespace understudy {

struct ScoreOptions {
  std::filesystem::path result;
  std::filesystem::path mask;
  std::filesystem::path input;
  std::filesystem::path src_aligned, dst_aligned;
  std::filesystem::path truth;
  std::filesystem::path output;
  int every = 0;
  int threads = 0;
};
template <>
constexpr auto describe<ScoreOptions>() {
  using O = ScoreOptions;
  return std::tuple{
      field("result", &O::result)
          .says("Result",
                "Folder of merged frames, or a video with as many frames as dst; empty: the workspace's merged "
                "frames."),
      field("mask", &O::mask)
          .says("Mask", "Folder or video of the merge's masks; empty: the workspace's, or else the faces' hulls."),
      field("input", &O::input)
          .says("Input",
                "Video or folder of the dst frames; empty: the workspace's dst frames, or else its dst video."),
      field("src-aligned", &O::src_aligned).says("Src faces", "Folder of the src faces; empty: the workspace's."),
      field("dst-aligned", &O::dst_aligned).says("Dst faces", "Folder of the dst faces; empty: the workspace's."),
      field("truth", &O::truth)
          .says("Truth", "Folder or video of what the result should be, frame by frame, where that is known."),
      field("every", &O::every)
          .says("Every", "Score every so many frames; 0: so that about 250 are scored.")
          .range(0, 10000),
      field("output", &O::output)
          .says("Output", "Folder for score.json, score.csv and score.png; empty: the workspace."),
      field("threads", &O::threads).says("Threads", "Processor threads; 0: all.").range(0, 256),
  };
}
static_assert(all_described<ScoreOptions>);

}  // namespace understudy
