// SPDX-License-Identifier: Apache-2.0
#include "lib/winograd/kernels_loops.hpp"

namespace understudy::winograd {

const Kernels avx512_kernels = made_kernels<16, 14>();

}  // namespace understudy::winograd
