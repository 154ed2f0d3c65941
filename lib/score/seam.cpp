// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/score/pictures.hpp"

namespace understudy::score {

double edge_gradient(const ImageU8& picture, const ImageF& matte) {
  constexpr double sigma = 1.5;  // grain is no seam
  constexpr int kernel = 9;
  constexpr float least_slope = 0.004f;  // of the matte, a pixel
  const ImageF soft = gaussian_blur(to_float(picture), kernel, sigma), edge = gaussian_blur(matte, kernel, sigma);
  double sum = 0, weights = 0;
  for (int y = 1; y + 1 < matte.height; ++y) {
    for (int x = 1; x + 1 < matte.width; ++x) {
      const float ax = (edge.at(x + 1, y) - edge.at(x - 1, y)) / 2, ay = (edge.at(x, y + 1) - edge.at(x, y - 1)) / 2;
      const float slope = std::hypot(ax, ay);
      if (slope < least_slope) continue;
      double across = 0;
      for (int c = 0; c < 3; ++c) {
        const float gx = (soft.at(x + 1, y, c) - soft.at(x - 1, y, c)) / 2;
        const float gy = (soft.at(x, y + 1, c) - soft.at(x, y - 1, c)) / 2;
        const double along_normal = (gx * ax + gy * ay) / slope;
        across += along_normal * along_normal;
      }
      sum += slope * std::sqrt(across / 3);
      weights += slope;
    }
  }
  return weights > 0 ? sum / weights : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace understudy::score
