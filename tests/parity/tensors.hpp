// SPDX-License-Identifier: Apache-2.0
// Between the reference files' NHWC arrays and tensors.
#pragma once

#include "lib/tensor/tensor.hpp"
#include "tests/parity/golden.hpp"

namespace understudy::parity {

inline torch::Tensor plain_tensor(const Values& values) {
  return torch::tensor(torch::ArrayRef<double>(values.v)).to(torch::kFloat32).reshape(values.shape);
}
inline torch::Tensor nchw(const Values& values) { return plain_tensor(values).permute({0, 3, 1, 2}).contiguous(); }
inline Values values_of_tensor(const torch::Tensor& t) {
  const auto d = t.detach().to(torch::kFloat64).contiguous();
  return {{d.data_ptr<double>(), d.data_ptr<double>() + d.numel()}, d.sizes().vec(), 6e-8};
}
inline Values nhwc_values(const torch::Tensor& t) { return values_of_tensor(t.permute({0, 2, 3, 1})); }

}  // namespace understudy::parity
