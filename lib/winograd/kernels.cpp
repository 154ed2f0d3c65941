// SPDX-License-Identifier: Apache-2.0
#include "lib/winograd/kernels.hpp"

#include <ATen/Version.h>

namespace understudy::winograd {

const Kernels& kernels() {
#if defined(__x86_64__)
  static const Kernels& chosen = [&]() -> const Kernels& {
    const std::string capability = at::get_cpu_capability();
    // LibTorch's levels lack what the psABI's have beside them (BMI, FMA), which every such processor has too.
    if (capability.starts_with("AVX512") && __builtin_cpu_supports("avx512vl")) return avx512_kernels;
    return capability == "DEFAULT" || !__builtin_cpu_supports("fma") ? baseline_kernels : avx2_kernels;
  }();
  return chosen;
#else
  return baseline_kernels;
#endif
}

}  // namespace understudy::winograd
