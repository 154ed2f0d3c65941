// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/upload.hpp"

#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace understudy {

Uploader::Uploader(const Device& device) : device_(device.device) {
  if (device_.is_cpu()) return;
  stream_ = c10::impl::VirtualGuardImpl(device_.type()).getStreamFromGlobalPool(device_);
}

Tensor Uploader::operator()(const Tensor& tensor) const {
  if (!stream_ || !tensor.defined()) return tensor;
  const c10::StreamGuard here(*stream_);
  const Tensor there = tensor.pin_memory().to(device_, /*non_blocking=*/true);
  stream_->synchronize();
  return there;
}

}  // namespace understudy
