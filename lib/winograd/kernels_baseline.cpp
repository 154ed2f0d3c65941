// SPDX-License-Identifier: Apache-2.0
#include "lib/winograd/kernels_loops.hpp"

namespace understudy::winograd {

const Kernels baseline_kernels = made_kernels<4, 2>();

}  // namespace understudy::winograd
