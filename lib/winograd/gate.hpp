// SPDX-License-Identifier: Apache-2.0
// The gradient in front of bias and leaky ReLU; internal to the room.
#pragma once

#include "lib/winograd/convolution.hpp"

namespace understudy::winograd {

// Of an output y (N,H,W,out) and its gradient dy, both doubled (N,2H,2W,out/4) where `doubled`: g (N,H,W,out), the
// gradient of what the convolution gave, and db (out), its sum over all places. Without y (no activation, not doubled)
// dy is that gradient itself, and g stays as it is.
void gate(const Shape&, const float* dy, const float* y, float slope, bool doubled, float* g, float* db);

}  // namespace understudy::winograd
