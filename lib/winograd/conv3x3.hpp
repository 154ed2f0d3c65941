// SPDX-License-Identifier: Apache-2.0
// Convolutions 3x3 with stride 1 and padding 1 by Winograd's F(4x4, 3x3), forward and backward, with what stands behind
// them in these networks: docs/decisions/winograd.md. Tensors are float32 on the CPU; results are channels_last.
#pragma once

#include "lib/tensor/tensor.hpp"

namespace understudy {

// Whether the functions below can take x (N,C,H,W) and weight (O,C,3,3), and are expected to be quicker than LibTorch.
// A fixed rule by sizes: a choice by the clock would make the same training end in other bits each time.
bool winograd_fits(const Tensor& x, const Tensor& weight);

// leaky_relu(conv2d(x, weight, bias, 1, 1), slope); a slope of 1 is none. `doubled`: and depth_to_space() behind it.
Tensor winograd_conv(const Tensor& x, const Tensor& weight, const Tensor& bias, double slope = 1, bool doubled = false);

// The same for leaky_relu(conv2d(x, weight, bias, 2, 2), slope) with a kernel of 5x5, which halves the picture.
bool winograd_halving_fits(const Tensor& x, const Tensor& weight);
Tensor winograd_halving(const Tensor& x, const Tensor& weight, const Tensor& bias, double slope = 1);

struct ConvWeights {
  Tensor weight, bias;
};

// leaky_relu(x + conv(leaky_relu(conv(x)))), both with that slope > 0.
Tensor winograd_residual(const Tensor& x, const ConvWeights& first, const ConvWeights& second, double slope);

}  // namespace understudy
