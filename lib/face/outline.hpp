// SPDX-License-Identifier: Apache-2.0
// Polygons out of a mask, so that a mask can be worked on by hand.
#pragma once

#include "lib/face/masks.hpp"

namespace understudy {

struct OutlineRules {
  double tolerance = 1;           // pixels: how far the outline may run beside the mask's edge
  std::size_t most_points = 60;   // of a polygon; where more are needed the tolerance grows for this one
  double smallest_part = 0.0005;  // of the picture's area: smaller spots and holes are left out
};
// Of what is at least 0.5: an include for each part, an exclude for each hole in one; what stands inside of a hole is
// left out, for an exclude wins over every include. polygon_mask() at the mask's size draws nearly the mask again.
// Points are whole pixels. The largest comes first of each kind.
std::vector<Polygon> polygons_of_mask(const ImageF& mask, const OutlineRules& = {});

}  // namespace understudy
