// SPDX-License-Identifier: Apache-2.0
// How a face stands in its frame, and the part of the frame to look at it in.
#pragma once

#include <span>

#include "lib/face/masks.hpp"

namespace understudy {

// Side of its full-face square in pixels of the frame; 0 where the landmarks are no face.
double side_in_frame(const Landmarks68&);
// true_pose() of the face cut out upright; zeros where it cannot be told. Radians.
Pose upright_pose(const Landmarks68&);
// The faces with room around them, within the frame; the whole frame where that would be next to nothing.
PixelBox box_around(std::span<const Landmarks68>, int frame_width, int frame_height);

}  // namespace understudy
