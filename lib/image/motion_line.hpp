// SPDX-License-Identifier: Apache-2.0
// Motion blur along a straight way of any length, centred to the part of a pixel.
#pragma once

#include "lib/image/geometry.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// What a picture becomes that moves evenly along `way` (pixels, x right, y down) while it is taken; the middle of the
// way lies where it was. Ways longer than the picture's longer side are shortened to it.
ImageF motion_line_blur(const ImageF& image, Point way);
// Its kernel: an odd side, weights that sum to 1 and are the same turned by 180 degrees.
ImageF motion_line_kernel(Point way);

}  // namespace understudy
