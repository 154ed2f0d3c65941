// SPDX-License-Identifier: Apache-2.0
// What a camera, its operator and the file it was kept in do to a picture. Nothing is moved: landmarks and masks hold.
#pragma once

#include "lib/base/result.hpp"
#include "lib/face/synthetic/synthetic.hpp"

namespace understudy::synthetic {

// The default changes nothing. Lengths are pixels of a picture 256 px high and grow with the picture.
struct CameraLook {
  float defocus = 0;                   // deviation of the blur
  float motion = 0, motion_angle = 0;  // length of the smear; degrees, counter-clockwise
  float exposure = 0;                  // stops
  Colour white_balance{1, 1, 1};       // factors of linear light
  float vignette = 0;                  // 0..1: light lost in the corners
  float shrink = 1;                    // made so many times smaller, and larger again
  float noise = 0, colour_noise = 0;   // deviations, levels of 255
  float grain_size = 1;                // px: noise that was recorded at a smaller size is coarse
  float gamma = 1, contrast = 1, saturation = 1;
  float lift = 0;      // added to black, 0..1 of white
  float sharpen = 0;   // 0..2: strength of the halo
  int jpeg = 0;        // quality 1..100; 0: not compressed
  bool video = false;  // the blocks' edges smoothed as video codecs do
  std::uint32_t seed = 0;
};

// Most pictures are a little off in a few ways, some badly in many.
CameraLook wild_camera(std::uint32_t seed);
// In place; BGR. The same look gives the same bytes. Fails only as encoding a JPEG can.
Result<> apply_camera(ImageU8& frame_bgr, const CameraLook&);

}  // namespace understudy::synthetic
