// SPDX-License-Identifier: Apache-2.0
// How far eyes are open, taken from the frame's face and given to the new one by moving its lids. A model leaves the
// shut eyes that src never had half open, and follows a blink by a part of its way.
#pragma once

#include "lib/image/image.hpp"
#include "steps/6_merge/gaze.hpp"

namespace understudy {

struct Lids {
  ImageF face_bgr;
  SeenEyes eyes;  // as they lie in it now
};

// The face with its eyes opened or closed as far as those of `wanted` are, over the width of the eye; `part` 0..1 of
// the way. Most of it the upper lid does. An eye that is drawn shut shows nothing that could be opened and stays so,
// nothing is stretched to more than one and a half of its height, and beyond brows and cheeks pixels stay as they
// are. One that is turned away follows the other: of it the networks only guess.
Lids with_lids(ImageF face_bgr, const SeenEyes& has, const SeenEyes& wanted, double part);

}  // namespace understudy
