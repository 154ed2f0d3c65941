// SPDX-License-Identifier: Apache-2.0
// What inputs may suffer beside the warp, so that a model copes with soft, noisy, compressed and small footage: drawn
// values first, then what is done with them. Not in DeepFaceLab; all off by default, and then nothing is drawn.
#pragma once

#include <cstdint>

#include "lib/image/image.hpp"
#include "lib/training/random.hpp"

namespace understudy {

// Probabilities, 0..1.
struct AugmentRules {
  double downscale = 0;
  double blur = 0;
  double noise = 0;
  double jpeg = 0;
};

// Zero: not done.
struct AugmentDraw {
  double downscale = 0;    // the size that it is made smaller to, 0.4..0.9 of its own
  double blur_sigma = 0;   // Gaussian, pixels: 0.3 to a 64th of the side
  double noise_sigma = 0;  // Gaussian on each value, 0.005..0.04
  std::uint64_t noise_seed = 0;
  int jpeg_quality = 0;  // 20..90
};
AugmentDraw draw_augment(CounterRandom&, const AugmentRules&, int resolution);

// In the order in which a picture meets them: small, soft, noisy, compressed. Values stay within 0..1.
void augment(ImageF& bgr, const AugmentDraw&);

}  // namespace understudy
