// SPDX-License-Identifier: Apache-2.0
#include "lib/base/end_process.hpp"

#include <cstdio>
#include <cstdlib>

namespace understudy {

void end_process(int status) {
  std::fflush(nullptr);  // std::cout writes through it, too
  std::quick_exit(status);
}

}  // namespace understudy
