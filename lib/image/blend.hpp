// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "lib/image/image.hpp"

namespace understudy {

// Poisson clone of face into frame where mask (one channel) is not 0, all of one size (spec pipeline.md 7.3 K). Only
// the mask's bounding box is solved for. Empty when the mask touches the frame in a way that leaves nothing to clone
// into.
std::optional<ImageU8> poisson_clone(const ImageU8& face_bgr, const ImageU8& frame_bgr, const ImageU8& mask);

}  // namespace understudy
