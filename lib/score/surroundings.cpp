// SPDX-License-Identifier: Apache-2.0
#include "lib/score/surroundings.hpp"

#include <algorithm>
#include <cmath>

#include "lib/face/masks.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"
#include "lib/score/pictures.hpp"

namespace understudy::score {
namespace {

// Of the full-face square's side.
constexpr double left = 0.35, top = 0.35, width = 1.7, height = 2.0;

}  // namespace

Surroundings::Surroundings(const Landmarks68& in_frame) {
  unit_ = std::clamp(standing_side(in_frame), 64.0, 192.0);
  width_ = static_cast<int>(width * unit_), height_ = static_cast<int>(height * unit_);
  cut_ = Affine{{unit_, 0, left * unit_, 0, unit_, top * unit_}} * face_matrix(in_frame, 1, FaceType::full);
  landmarks_ = transformed(in_frame, cut_);
}

ImageU8 Surroundings::of(const ImageU8& frame_bgr) const {
  return warp_antialiased(frame_bgr, cut_, width_, height_, Border::replicate);
}

ImageF Surroundings::matte(const ImageU8& mask) const {
  if (!mask.empty()) return warp(to_float(normalise_channels(mask, 1)), cut_, width_, height_, Interpolation::linear);
  const double sigma = unit_ / 40;
  return gaussian_blur(hull_mask(width_, height_, landmarks_), 2 * static_cast<int>(std::ceil(3 * sigma)) + 1, sigma);
}

template <class T>
Image<T> Surroundings::face(const Image<T>& view) const {
  const auto side = static_cast<int>(unit_);
  return crop(view, static_cast<int>(left * unit_), static_cast<int>(top * unit_), side,
              std::min(static_cast<int>(1.1 * unit_), height_ - static_cast<int>(top * unit_)));
}
template ImageU8 Surroundings::face(const ImageU8&) const;
template ImageF Surroundings::face(const ImageF&) const;

}  // namespace understudy::score
