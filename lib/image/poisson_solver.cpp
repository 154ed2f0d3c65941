// SPDX-License-Identifier: Apache-2.0
#include "lib/image/poisson_solver.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lib/image/cv.hpp"

namespace understudy {
namespace {

// `count` rows of `length` values to their sums with sin(pi (j + 1) (k + 1) / (length + 1)), in place. Two rows go
// through one complex transform as its real and its imaginary part: of an odd row only sines are left.
template <class T>
void sine_transform(std::vector<T>& rows, int count, int length) {
  constexpr int at_once = 32;  // rows, so that they stay in the processor's cache
  const int side = 2 * (length + 1);
  cv::Mat packed(at_once / 2, side, sizeof(T) == 8 ? CV_64FC2 : CV_32FC2);
  for (int first = 0; first < count; first += at_once) {
    const int here = std::min(at_once, count - first);
    for (int r = 0; r < 2 * packed.rows; ++r) {
      T* to = packed.ptr<T>(r / 2) + r % 2;
      if (r >= here) {
        for (int i = 0; i < side; ++i) to[2 * i] = 0;
        continue;
      }
      const T* from = &rows[static_cast<std::size_t>(first + r) * length];
      to[0] = to[2 * (length + 1)] = 0;
      for (int i = 0; i < length; ++i) {
        to[2 * (i + 1)] = from[i];
        to[2 * (side - 1 - i)] = -from[i];
      }
    }
    cv::dft(packed, packed, cv::DFT_ROWS);
    for (int r = 0; r < here; ++r) {
      const T* from = packed.ptr<T>(r / 2) + (r % 2 == 0 ? 1 : 0);
      const T half = r % 2 == 0 ? T(-0.5) : T(0.5);
      T* to = &rows[static_cast<std::size_t>(first + r) * length];
      for (int i = 0; i < length; ++i) to[i] = half * from[2 * (i + 1)];
    }
  }
}

}  // namespace

// The library takes each prime factor of a transform's length as a step of its own size.
double poisson_cost(int width, int height) {
  const int side = 2 * (width + 1);
  int rest = side, factors = 0;
  for (int p = 2; rest > 1; ++p)
    for (; rest % p == 0; rest /= p) factors += p;
  return static_cast<double>(height) * side * factors;
}

template <class T>
void solve_poisson(std::vector<T>& planes, int count, int width, int height) {
  sine_transform(planes, count * height, width);
  const auto w = static_cast<std::size_t>(width), h = static_cast<std::size_t>(height);
  std::vector<double> diagonal(w), factor(w * h), column(w * h);
  for (std::size_t k = 0; k < w; ++k)
    diagonal[k] = 2 * std::cos(std::numbers::pi * static_cast<double>(k + 1) / (width + 1)) - 4;
  for (std::size_t y = 0; y < h; ++y) {
    double* row = &factor[y * w];
    for (std::size_t k = 0; k < w; ++k) row[k] = 1 / (y == 0 ? diagonal[k] : diagonal[k] - *(row + k - w));
  }
  for (int plane = 0; plane < count; ++plane) {
    T* values = planes.data() + static_cast<std::size_t>(plane) * w * h;
    for (std::size_t k = 0; k < w; ++k) column[k] = values[k] * factor[k];
    for (std::size_t i = w; i < column.size(); ++i) column[i] = (values[i] - column[i - w]) * factor[i];
    for (std::size_t i = column.size() - w; i < column.size(); ++i) values[i] = static_cast<T>(column[i]);
    for (std::size_t i = column.size() - w; i-- > 0;) {
      column[i] -= factor[i] * column[i + w];
      values[i] = static_cast<T>(column[i]);
    }
  }
  sine_transform(planes, count * height, width);
  const T scale = 2 / static_cast<T>(width + 1);
  for (auto& v : planes) v *= scale;
}

template void solve_poisson(std::vector<float>&, int, int, int);
template void solve_poisson(std::vector<double>&, int, int, int);

}  // namespace understudy
