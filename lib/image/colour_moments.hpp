// SPDX-License-Identifier: Apache-2.0
// What the closed-form colour transfers measure of a picture, apart from their use, so that it may be averaged over
// several pictures (lib/image/colour.hpp).
#pragma once

#include <array>
#include <span>

#include "lib/image/image.hpp"

namespace understudy {

// Of a picture's pixels, in Lab (L 0..100) or as blue, green and red, 0..1.
struct ColourMoments {
  std::array<double, 3> mean{};
  std::array<double, 9> covariance{};  // by rows
};
// In Lab; with a mask (one channel), pixels where it is below 0.5 count as black, as DeepFaceLab has it.
ColourMoments lab_moments(const ImageF& bgr, const ImageF* mask = nullptr);
ColourMoments bgr_moments(const ImageF& bgr);

// Means and covariances averaged; what lies between the means of two pictures is no part of either's spread.
struct WeightedMoments {
  ColourMoments moments;
  double weight = 1;
};
ColourMoments average(std::span<const WeightedMoments>);

// The transfers of colour.hpp by such numbers: x is recoloured as what was measured as `from` becomes `to`.
ImageF reinhard_by(const ImageF& x, const ColourMoments& from, const ColourMoments& to);           // of lab_moments()
ImageF linear_by(const ImageF& x, const ColourMoments& from, const ColourMoments& to);             // of bgr_moments()
ImageF monge_kantorovich_by(const ImageF& x, const ColourMoments& from, const ColourMoments& to);  // of bgr_moments()

}  // namespace understudy
