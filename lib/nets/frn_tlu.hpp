// SPDX-License-Identifier: Apache-2.0
// Filter response normalisation and thresholded linear unit in one, forward and backward (spec networks-and-training.md
// 0.1; Singh and Krishnan, "Filter Response Normalization Layer", CVPR 2020):
//   y = max(x / sqrt(mean over H and W of x² + |eps|) · weight + bias, tau)
#pragma once

#include "lib/winograd/conv3x3.hpp"

namespace understudy {

// x (N,C,H,W) float32 or bfloat16; weight, bias, tau (C) and eps (1) in float32. The result has x's type and layout.
// On the processor both passes go over the picture twice instead of once for each operation.
Tensor frn_tlu(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& eps, const Tensor& tau);
// The same, left to whoever reads x: of float32 on the processor, without gradients. `mean_squares` (N,C): of x².
Normalised frn_tlu_later(const Tensor& x, const Tensor& mean_squares, const Tensor& weight, const Tensor& bias,
                         const Tensor& eps, const Tensor& tau);
Tensor mean_squares(const Tensor& x);
Tensor frn_tlu_now(const Normalised&);
// What blur_pool() makes of it: halved by a binomial filter of 2, 3 or 4 taps, with zeros around the picture.
Tensor halved(const Normalised&, int taps);
// The same out of LibTorch's own operations: what a GPU takes, and what the test compares with.
Tensor frn_tlu_plain(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& eps, const Tensor& tau);

}  // namespace understudy
