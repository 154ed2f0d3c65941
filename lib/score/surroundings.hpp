// SPDX-License-Identifier: Apache-2.0
// The part of a frame around a face that its pixels are measured in.
#pragma once

#include "lib/face/landmarks.hpp"
#include "lib/image/image.hpp"

namespace understudy::score {

// The picture around the face, upright, at the face's own size but not larger than need be: from above the hair to
// below the neck.
class Surroundings {
 public:
  explicit Surroundings(const Landmarks68& in_frame);
  ImageU8 of(const ImageU8& frame_bgr) const;
  // The merge's mask, of the frame's size; an empty one: the hull of the face, as softly edged. One channel, 0..1.
  ImageF matte(const ImageU8& mask) const;
  // The full-face square of such a view, and a little of what is below it.
  template <class T>
  Image<T> face(const Image<T>& view) const;
  const Landmarks68& landmarks() const { return landmarks_; }  // in the view

 private:
  Affine cut_;  // from the frame
  int width_ = 0, height_ = 0;
  double unit_ = 0;  // the full-face square's side in the view
  Landmarks68 landmarks_;
};

}  // namespace understudy::score
