// SPDX-License-Identifier: Apache-2.0
// Masks as those who train them look at them and measure them.
#pragma once

#include "lib/image/image.hpp"
#include "lib/tensor/tensor.hpp"

namespace understudy {

// The picture, half green where the mask (one channel, 0..1, of its size) is not.
ImageF overlaid(const ImageF& bgr, const ImageF& mask);
// Of (N,1,H,W) each: intersection over union of what is at least 0.5, (N) float64; 1 where both are empty.
Tensor iou_of_each(const Tensor& predicted, const Tensor& wanted);

}  // namespace understudy
