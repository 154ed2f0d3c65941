// SPDX-License-Identifier: Apache-2.0
// Tensors to the device by a thread that has time for it, beside what the device computes.
#pragma once

#include <optional>

#include "lib/tensor/tensor.hpp"

namespace understudy {

// One per thread. On a GPU: through page-locked memory on a stream of its own, there when the call returns. On the CPU
// the tensor itself. Undefined tensors stay undefined.
class Uploader {
 public:
  explicit Uploader(const Device&);
  Tensor operator()(const Tensor&) const;

 private:
  torch::Device device_;
  std::optional<c10::Stream> stream_;
};

}  // namespace understudy
