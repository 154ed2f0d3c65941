// SPDX-License-Identifier: Apache-2.0
// Filter response normalisation and thresholded linear unit in one, forward and backward (spec networks-and-training.md
// 0.1; Singh and Krishnan, "Filter Response Normalization Layer", CVPR 2020):
//   y = max(x / sqrt(mean over H and W of x² + |eps|) · weight + bias, tau)
#pragma once

#include "lib/tensor/tensor.hpp"

namespace understudy {

// x (N,C,H,W) float32 or bfloat16; weight, bias, tau (C) and eps (1) in float32. The result has x's type and layout.
// On the processor both passes go over the picture twice instead of once for each operation.
Tensor frn_tlu(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& eps, const Tensor& tau);
// The same out of LibTorch's own operations: what a GPU takes, and what the test compares with.
Tensor frn_tlu_plain(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& eps, const Tensor& tau);

}  // namespace understudy
