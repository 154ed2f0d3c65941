// SPDX-License-Identifier: Apache-2.0
// How near a picture comes to the truth inside a mask. Pictures are BGR of one size, masks one channel, 0..255 as
// weight.
#pragma once

#include <array>

#include "lib/image/image.hpp"

namespace understudy::score {

struct Nearness {
  double psnr = 0;        // dB, over all channels
  double ssim = 0;        // of the luma
  double perceptual = 0;  // FLIP, 0 (the same) .. 1
};
struct TruthMeasures {
  Nearness plain;   // as the picture is
  Nearness fitted;  // after one affine colour fit, so that the tone of the skin alone decides nothing
};

// Row by row, for blue, green, red of the outcome: weights of blue, green, red and a constant (levels of 0..255).
using ColourFit = std::array<double, 12>;
// The least-squares fit of `picture` to `truth` inside the mask; the identity where the mask is all but empty. Colours
// that do not vary are fitted by as little change as will do.
ColourFit fit_colours(const ImageU8& picture_bgr, const ImageU8& truth_bgr, const ImageU8& mask);
ImageU8 with_colours(const ImageU8& picture_bgr, const ColourFit&);  // rounded, clamped

// Zeros for an empty mask. What lies outside the mask's surroundings is not looked at.
TruthMeasures compare_with_truth(const ImageU8& picture_bgr, const ImageU8& truth_bgr, const ImageU8& mask);

// FLIP of each pixel, 0..1, for display-referred sRGB pictures at 67 pixels a degree (Andersson et al. 2020, "FLIP: A
// Difference Evaluator for Alternating Images"; here in single precision with Gaussians cut at three sigmas).
ImageF perceptual_difference(const ImageU8& test_bgr, const ImageU8& truth_bgr);

}  // namespace understudy::score
