// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

namespace understudy::score {

// Side of the square in which a Gaussian of that sigma is told from nothing.
inline int kernel_for(double sigma) { return 2 * static_cast<int>(std::ceil(3 * sigma)) + 1; }

}  // namespace understudy::score
