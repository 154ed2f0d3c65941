// SPDX-License-Identifier: Apache-2.0
// The only glue to LibTorch: device set-up, image <-> tensor, and the wall at which its exceptions become errors.
// This header includes LibTorch; only the rooms tensor, nets, training and their users' .cpp files may include it.
// Tensors are NCHW in channels_last memory, float32 or bfloat16; images in them are BGR, 0..1.
#pragma once

// Not torch/torch.h: modules, optimisers and data loaders of LibTorch are not used and would double the time to
// compile.
#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "lib/base/result.hpp"
#include "lib/image/image.hpp"

namespace understudy {

using torch::Tensor;

// fp32, or bfloat16 arithmetic over fp32 master weights.
enum class Precision { fp32, bf16 };

// What to compute on.
struct Device {
  torch::Device device{torch::kCPU};
  bool has_bf16 = false;         // in its instructions
  bool multiplies_bf16 = false;  // by units of its own for matrices (AMX, a GPU), many times as fast as fp32
  std::string name;
};

// Sets thread count (0 = all processors this process may use), installs the caching allocator, switches CUDA on when
// its libraries and a GPU are there and `allow_gpu`. Call once, before any tensor is made.
Device open_device(int threads, bool allow_gpu);

// (N,C,H,W) float32 channels_last from images of equal size, and back (one image of the batch).
Tensor to_tensor(std::span<const ImageF>);
ImageF to_image(const Tensor& nchw, int index);

// Calls f and turns what LibTorch throws into an Error (out_of_memory or device).
template <class F>
auto guard_torch(std::string_view doing, F&& f) -> Result<std::invoke_result_t<F>>;

Error error_from_exception(std::string_view doing, const std::exception&);

template <class F>
auto guard_torch(std::string_view doing, F&& f) -> Result<std::invoke_result_t<F>> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
      std::forward<F>(f)();
      return {};
    } else {
      return std::forward<F>(f)();
    }
  } catch (const std::exception& e) {
    return Failure(error_from_exception(doing, e));
  }
}

}  // namespace understudy
