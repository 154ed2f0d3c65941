// SPDX-License-Identifier: Apache-2.0
// Where eyes look, taken from the frame's face and given to the new one by moving its irises. A model that is small, or
// that was trained for minutes, draws a look that hardly moves.
#pragma once

#include <array>

#include "lib/image/geometry.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// Pixels of the picture that it was seen in.
struct SeenEye {
  Point left, right;  // corners, as they lie in the image
  Point iris;
  double radius = 0;  // of the iris
  double open = 0;    // between the lids, over the distance of the corners
  double upper = 0;   // the upper lid above the line of the corners, likewise
};
using SeenEyes = std::array<SeenEye, 2>;  // left in the image first

// The face with its irises moved so that they stand in their eyes as those of `wanted` do in theirs; `part` 0..1 of the
// way. Nothing moves farther than a part of the eye's width that keeps what is between iris and corner from being torn,
// and nothing where one of both eyes is shut. Outside the eyes, pixels stay as they are.
ImageF with_gaze(ImageF face_bgr, const SeenEyes& has, const SeenEyes& wanted, double part);

}  // namespace understudy
