// SPDX-License-Identifier: Apache-2.0
// Convolutions 3x3 with stride 1 and padding 1 by Winograd's F(4x4, 3x3), forward and backward, with what stands behind
// them in these networks: docs/decisions/winograd.md. Tensors are float32 on the CPU; results are channels_last.
#pragma once

#include <span>

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

// What a normalisation makes of x (N,C,H,W), not worked out yet: max(x scale + bias, tau), with scale (N,C), bias and
// tau (C); x itself where scale is undefined. Reading it so saves writing it and reading it again.
struct Normalised {
  Tensor x, scale, bias, tau;
};
struct WithSquares {
  Tensor y, mean_squares;  // (N,C,H,W), and (N,C): the mean of its squares over H and W
};
// Whether the function below can take them: nobody asks for gradients, and all numbers of channels (of what a doubled
// one gives, too) are multiples of 16.
bool winograd_normalised_fits(std::span<const Normalised>, const Tensor& weight, bool doubled = false);
// conv2d(cat(inputs), weight, bias, 1, 1) of one or two inputs. `doubled`: and depth_to_space() behind it.
WithSquares winograd_conv_normalised(std::span<const Normalised>, const ConvWeights&, bool doubled = false);

// leaky_relu(x + conv(leaky_relu(conv(x)))), both with that slope > 0.
Tensor winograd_residual(const Tensor& x, const ConvWeights& first, const ConvWeights& second, double slope);

}  // namespace understudy
