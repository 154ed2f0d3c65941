// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/tensor.hpp"

#include <ATen/Version.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "lib/base/system.hpp"
#include "lib/tensor/caching_allocator.hpp"

namespace understudy {

Device open_device(int threads, bool allow_gpu) {
  install_caching_allocator();
  torch::set_num_threads(thread_count(threads));
  Device device;
  device.name = cpu_name();
  const auto features = cpu_features();
  // Both are of use only where LibTorch works at that level: ATEN_CPU_CAPABILITY may hold it below the processor's.
  const auto has = [&](std::string_view feature) {
    return at::get_cpu_capability() == "AVX512" && std::ranges::find(features, feature) != features.end();
  };
  device.multiplies_bf16 = has("amx_bf16");
  device.has_bf16 = device.multiplies_bf16 || has("avx512_bf16");
  if (allow_gpu && load_library("libtorch_cuda.so") && torch::cuda::is_available()) {
    device.device = torch::Device(torch::kCUDA, 0);
    device.has_bf16 = device.multiplies_bf16 = true;
    device.name = "CUDA GPU 0";
  }
  return device;
}

Tensor to_tensor(std::span<const ImageF> images) {
  check(!images.empty(), "a tensor of no images");
  const auto& first = images.front();
  Tensor nhwc = torch::empty({static_cast<long>(images.size()), first.height, first.width, first.channels});
  float* out = nhwc.data_ptr<float>();
  for (const auto& image : images) {
    check(image.data.size() == first.data.size() && image.width == first.width, "images of one batch differ in size");
    out = std::copy(image.data.begin(), image.data.end(), out);
  }
  return nhwc.permute({0, 3, 1, 2});  // channels_last as it stands
}

ImageF to_image(const Tensor& nchw, int index) {
  const Tensor nhwc = nchw[index].detach().to(torch::kCPU, torch::kFloat32).permute({1, 2, 0}).contiguous();
  ImageF image(static_cast<int>(nhwc.size(1)), static_cast<int>(nhwc.size(0)), static_cast<int>(nhwc.size(2)));
  std::memcpy(image.data.data(), nhwc.data_ptr<float>(), image.data.size() * sizeof(float));
  return image;
}

Error error_from_exception(std::string_view doing, const std::exception& exception) {
  const std::string what = exception.what();
  const bool memory = dynamic_cast<const std::bad_alloc*>(&exception) != nullptr ||
                      what.find("out of memory") != std::string::npos ||
                      what.find("can't allocate memory") != std::string::npos;
  if (memory) {
    return {Code::out_of_memory,
            fmt::format("Out of memory {}", doing),
            "Lower the batch size, the resolution or the dims.",
            {}};
  }
  return {
      Code::device, fmt::format("The tensor library failed {}: {}", doing, what.substr(0, what.find('\n'))), {}, {}};
}

}  // namespace understudy
