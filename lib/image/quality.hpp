// SPDX-License-Identifier: Apache-2.0
// How alike two pictures are, within a mask.
#pragma once

#include "lib/image/image.hpp"

namespace understudy {

struct Likeness {
  double psnr = 0;    // dB over all channels; 100 when nothing differs
  double ssim = 0;    // of the BT.601 luma, mean over the mask; 1 when nothing differs
  double pixels = 0;  // sum of the mask's weights
};

// Both BGR and of one size; the mask has one channel, 0..255 as weight. SSIM is that of Wang et al. 2004: Gaussian
// window 11, sigma 1.5, K1 0.01, K2 0.03. An empty mask gives zeros.
Likeness likeness(const ImageU8& a_bgr, const ImageU8& b_bgr, const ImageU8& mask);

}  // namespace understudy
