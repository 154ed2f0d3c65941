// SPDX-License-Identifier: Apache-2.0
// Inner part of sharpness: which blocks of a picture hold edges.
#pragma once

#include <vector>

#include "lib/image/image.hpp"

namespace understudy {

// For every whole block of `side` pixels, row by row, whether it holds at least `fewest` pixels of Canny's edges: sigma
// 1, hysteresis between gradients of 0.1 and 0.2 on the 0..255 scale (spec pipeline.md 5.2, step 1).
std::vector<char> blocks_with_edges(const ImageU8& grey, int side, int fewest);

}  // namespace understudy
