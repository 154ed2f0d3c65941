// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/image/image.hpp"

namespace understudy {

// sRGB, 0..1, to CIELAB (D65): L 0..100, a and b about -127..127.
ImageF to_lab(const ImageF& image_bgr);

}  // namespace understudy
