// SPDX-License-Identifier: Apache-2.0
// The fused update of one tensor, internal to the optimiser.
#pragma once

#include <cstdint>

#include "lib/tensor/tensor.hpp"

namespace understudy {

struct UpdateRule {
  float lr = 0, epsilon = 0, beta1 = 0, beta2 = 0;
  float fresh1 = 0, fresh2 = 0;  // 1 - beta, worked out in double: 1 - 0.999f is off by 5e-5 of itself
  float gradient_scale = 1;
  std::uint32_t key = 0;                   // of the dropout mask of this tensor in this step
  std::uint32_t keep_below = 0xffffffffu;  // a number is updated when its hash is below; all ones = always
};

struct UpdatedTensor {
  const Tensor &master, &gradient, &first, &second, &value;
};
// master and slots are float32 and dense in one memory order; gradient and value are float32 or bf16 in the same order.
// `second` undefined = RMSprop with the accumulator in `first`. When value is bf16 it receives the rounded master.
void update_tensor(const UpdateRule&, const UpdatedTensor&);
// The same in tensor operations, for a GPU. What differs from step to step is read from tensors on the device, so that
// the operations can be recorded: lr (), and the gradients' scale (), undefined = 1. Dropout draws from LibTorch.
void update_on_device(const UpdateRule&, const Tensor& lr, const Tensor& scale, const UpdatedTensor&);

}  // namespace understudy
