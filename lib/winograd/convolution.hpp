// SPDX-License-Identifier: Apache-2.0
// Convolution 3x3, stride 1, padding 1 in float32 by Winograd's F(4x4, 3x3), and its gradients, on plain memory.
// Pictures are (N,H,W,C), weights (O,3,3,C): NCHW and OIHW in channels_last. Any sizes. The result does not depend on
// the number of threads.
#pragma once

#include <cstdint>
#include <span>

namespace understudy::winograd {

struct Shape {
  int n, h, w;
  int in, out;  // channels of the convolution, also where its gradients are meant
};

struct Ending {
  const float* bias = nullptr;   // (O)
  const float* added = nullptr;  // like the output: added before the activation
  float slope = 1;               // of the leaky ReLU at the end; 1: none
  bool doubled = false;          // the output goes to (N,2H,2W,out/4), as depth_to_space() has it
  float* squares = nullptr;      // (N, channels of y): gets the sums of y's squares over each picture
};

// A picture (N,H,W,channels), taken for max(x scale + bias, tau) where there is a scale: what a normalisation makes of
// it need not be written first.
struct Source {
  const float* x;
  int channels;
  const float* scale = nullptr;                 // (N, channels)
  const float *bias = nullptr, *tau = nullptr;  // (channels)
};

// x (N,H,W,in) -> y (N,H,W,out).
void convolve(const Shape&, const float* x, const float* weight, const Ending&, float* y);
// Of one or two sources whose channels lie one behind the other. Where there are two, where one is shaped, or squares
// are wanted, all numbers of channels (of y too) are multiples of 16.
void convolve(const Shape&, std::span<const Source>, const float* weight, const Ending&, float* y);
// dy (N,H,W,out) -> dx (N,H,W,in), plus `added`, the gradient that comes another way, where that is not null.
void data_gradient(const Shape&, const float* dy, const float* weight, const float* added, float* dx);
// dw (O,3,3,in)
void weight_gradient(const Shape&, const float* x, const float* dy, float* dw);

}  // namespace understudy::winograd
