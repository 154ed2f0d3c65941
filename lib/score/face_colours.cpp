// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "lib/image/lab.hpp"
#include "lib/score/pictures.hpp"

namespace understudy::score {

FaceColours face_colours(const ImageU8& plate_bgr, const ImageU8& result_bgr, const ImageF& matte) {
  FaceColours colours;
  double weights = 0;
  for (std::size_t i = 0; i < matte.data.size(); ++i) {
    const double weight = matte.data[i];
    weights += weight;
    for (std::size_t c = 0; c < 3; ++c) {
      const double plate = plate_bgr.data[3 * i + c] / 255.0, result = result_bgr.data[3 * i + c] / 255.0;
      colours.plate[c] += weight * plate;
      colours.offset[c] += result - plate;  // plate + weight * (face - plate) less the plate
    }
  }
  constexpr double least = 50;  // pixels
  for (std::size_t c = 0; c < 3; ++c) {
    colours.plate[c] = weights < least ? std::numeric_limits<double>::quiet_NaN() : colours.plate[c] / weights;
    colours.offset[c] = weights < least ? std::numeric_limits<double>::quiet_NaN() : colours.offset[c] / weights;
  }
  return colours;
}

double colour_distance(const std::array<double, 3>& a_bgr, const std::array<double, 3>& b_bgr) {
  ImageF both(2, 1, 3);
  for (std::size_t c = 0; c < 3; ++c) {
    both.data[c] = static_cast<float>(std::clamp(a_bgr[c], 0.0, 1.0));
    both.data[3 + c] = static_cast<float>(std::clamp(b_bgr[c], 0.0, 1.0));
  }
  const ImageF lab = to_lab(both);
  return std::hypot(lab.data[0] - lab.data[3], lab.data[1] - lab.data[4], lab.data[2] - lab.data[5]);
}

}  // namespace understudy::score
