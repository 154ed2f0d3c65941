// SPDX-License-Identifier: Apache-2.0
// Is a folder of images a clip, where each follows on the one before, or a collection of stills?
#pragma once

#include "lib/media/frame_source.hpp"

namespace understudy {

struct Stills {
  bool are_stills = false;
  std::string why;  // "their sizes differ"; of a clip: "each is much like the one before"
};

// Looks at up to some thirty images: stills differ in size, or jump from one to the next as much as between any two.
// Images that cannot be read say nothing. A single image is a still.
Stills judge_stills(const media::FrameSource& images);

}  // namespace understudy
