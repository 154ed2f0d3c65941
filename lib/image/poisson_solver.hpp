// SPDX-License-Identifier: Apache-2.0
// Poisson's equation on a rectangle, for the two ways of cloning gradients (blend.hpp, poisson.hpp).
#pragma once

#include <vector>

namespace understudy {

// Planes of height x width values f, one behind the other, to u with sum of its four neighbours - 4 u = f, u being 0
// around. By sines along the rows; what is left is a tridiagonal system down each column (Hockney 1965).
template <class T>  // float, good for 8 bits, or double
void solve_poisson(std::vector<T>& planes, int count, int width, int height);
// What solving it costs, in an unit of its own: it may pay to turn the rectangle.
double poisson_cost(int width, int height);

}  // namespace understudy
