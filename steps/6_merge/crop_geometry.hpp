// SPDX-License-Identifier: Apache-2.0
// Where the square that a network sees lies in the frame.
#pragma once

#include "lib/face/landmarks.hpp"
#include "lib/timeline/merge_settings.hpp"

namespace understudy {

// Frame pixels to those of a side x side picture of the face, centres of pixels at whole numbers. By our rules the
// picture's border is the square's border whatever the side: what lies at c of the square's side is at c * side - 0.5,
// which is also how resize() takes one side to another and how the faces of a training are brought to the model's side.
// DeepFaceLab puts it at c * side, so pictures of different sides lie beside one another by parts of a pixel.
// `face_scale`: per cent by which the square is made smaller.
inline Affine crop_from_frame(const Landmarks68& landmarks, int side, FaceType type, Compat compat,
                              int face_scale = 0) {
  const double half = compat == Compat::none ? 0.5 : 0;
  return Affine{{1, 0, -half, 0, 1, -half}} * face_matrix(landmarks, side, type, 1 + 0.01 * face_scale);
}

}  // namespace understudy
