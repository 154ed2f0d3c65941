// SPDX-License-Identifier: Apache-2.0
#include "lib/winograd/kernels_loops.hpp"

namespace understudy::winograd {

const Kernels avx2_kernels = made_kernels<8, 6>();

}  // namespace understudy::winograd
