// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/score/pictures.hpp"

namespace understudy::score {

// A composite is plate + matte * (face - plate). Its gradient across the matte's edge is that of the plate, that of the
// face's own shapes, and (face - plate) * gradient of the matte, which is the seam. What face - plate is there is told
// by the inner half of the edge.
double seam(const ImageU8& plate_bgr, const ImageU8& result_bgr, const ImageF& matte) {
  constexpr double sigma = 1.5;  // grain is no seam
  constexpr int kernel = 9;
  constexpr float least_slope = 0.004f;  // of the matte, a pixel
  // Half of what it covers at its densest: a young model's mask is thin everywhere.
  const float inner = 0.5f * std::max(*std::ranges::max_element(matte.data), 0.02f);
  const ImageF plate = gaussian_blur(to_float(plate_bgr), kernel, sigma);
  const ImageF result = gaussian_blur(to_float(result_bgr), kernel, sigma), edge = gaussian_blur(matte, kernel, sigma);
  double own = 0, own_weights = 0, added = 0, added_weights = 0;
  for (int y = 1; y + 1 < matte.height; ++y) {
    for (int x = 1; x + 1 < matte.width; ++x) {
      const float ax = (edge.at(x + 1, y) - edge.at(x - 1, y)) / 2, ay = (edge.at(x, y + 1) - edge.at(x, y - 1)) / 2;
      const float slope = std::hypot(ax, ay), height = edge.at(x, y);
      if (slope < least_slope) continue;
      double across = 0, step = 0;
      for (int c = 0; c < 3; ++c) {
        const float gx = (plate.at(x + 1, y, c) - plate.at(x - 1, y, c)) / 2;
        const float gy = (plate.at(x, y + 1, c) - plate.at(x, y - 1, c)) / 2;
        const double g = (gx * ax + gy * ay) / slope;
        const double d = (result.at(x, y, c) - plate.at(x, y, c)) / std::max(height, inner);
        across += g * g, step += d * d;
      }
      own += slope * std::sqrt(across / 3), own_weights += slope;
      if (height < inner) continue;
      added += slope * slope * std::sqrt(step / 3), added_weights += slope;
    }
  }
  if (own <= 0 || added_weights <= 0) return std::numeric_limits<double>::quiet_NaN();
  return 1 + (added / added_weights) / (own / own_weights);
}

}  // namespace understudy::score
