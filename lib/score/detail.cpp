// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "lib/face/masks.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"
#include "lib/score/kernel.hpp"
#include "lib/score/pictures.hpp"

namespace understudy::score {
namespace {

// Odd and wide enough for the Gaussian.

// Each point nearer to the middle by that share.
Landmarks68 drawn_in(Landmarks68 landmarks, double share) {
  Point middle;
  for (const Point& p : landmarks) middle = middle + p * (1.0 / static_cast<double>(landmarks.size()));
  for (Point& p : landmarks) p = p + (middle - p) * share;
  return landmarks;
}

}  // namespace

double standing_side(const Landmarks68& landmarks) {
  const Affine unit = face_matrix(landmarks, 1, FaceType::full);
  return 1 / std::max(std::hypot(unit.m[0], unit.m[3]), 1e-9);
}

FaceCut cut_face(const ImageU8& picture, const Landmarks68& landmarks, int side) {
  const Affine cut = face_matrix(landmarks, side, FaceType::full);
  return {warp_antialiased(picture, cut, side, side, Border::replicate), transformed(landmarks, cut)};
}

double detail_energy(const FaceCut& cut) {
  constexpr double fine = 1.0 / 256, coarse = 2.5 / 256, least_sigma = 0.7, brim = 0.07;
  const int side = cut.face_bgr.width;
  const double sigma = std::max(least_sigma, fine * side), wide = sigma * coarse / fine;
  const ImageF grey = to_float(to_grey(cut.face_bgr));
  const ImageF a = gaussian_blur(grey, kernel_for(sigma), sigma), b = gaussian_blur(grey, kernel_for(wide), wide);
  // Without the outline, where the background's edges would count.
  const ImageF hull = hull_mask(side, side, drawn_in(cut.landmarks, brim));
  double energy = 0, light = 0, weight = 0;
  for (std::size_t i = 0; i < hull.data.size(); ++i) {
    if (hull.data[i] <= 0) continue;
    const double band = a.data[i] - b.data[i];
    energy += band * band;
    light += grey.data[i];
    ++weight;
  }
  if (weight < 100 || light <= 0) return std::numeric_limits<double>::quiet_NaN();
  const double mean = light / weight;
  return energy / weight / (mean * mean);
}

}  // namespace understudy::score
