// SPDX-License-Identifier: Apache-2.0
// One frame's settings for other frames, as DeepFaceLab's merger copies them (spec pipeline.md 9.2, 9.3).
#pragma once

#include "lib/timeline/operations.hpp"

namespace understudy {

// What makes the frames look as that frame does: for each of them just what it takes, so that whatever is set for all
// later on still reaches them. What was set for these frames singly is gone. `from` itself stays.
SetFrames copy_settings(const Timeline&, std::int64_t from, const std::vector<FrameRange>& to);

}  // namespace understudy
