// SPDX-License-Identifier: Apache-2.0
// Smoothing a noisy series without lag: at every moment a low polynomial is fitted to a window around it, as wide as
// the motion allows (the widest whose value does not contradict the narrower ones: "intersection of confidence
// intervals").
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace understudy {

struct Window {
  int degree = 0;  // of the polynomial, 0..2
  int reach = 0;   // samples on either side; 0 = the sample itself
};

// Standard deviation of the white noise in a series, from its fourth differences, to which motion adds little. Samples
// of weight 0 are passed over. 0 when there are too few.
double noise_of(std::span<const double> values, std::span<const double> weights);
// Its parts, for series that are kept otherwise.
constexpr double third_of_normal = 0.3853;           // |N(0, 1)| is below this three times in ten
constexpr double fourth_difference_spread = 8.3666;  // sqrt(1 + 16 + 36 + 16 + 1)
template <class T>
T fourth_difference(std::span<const T, 5> v) {
  return v[0] - 4 * v[1] + 6 * v[2] - 4 * v[3] + v[4];
}
// The value that three in ten are below. Reorders; not for none.
template <class T>
T third_of(std::span<T> values) {
  const auto third = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 3 / 10);
  std::nth_element(values.begin(), third, values.end());
  return *third;
}

// What a window makes of the samples around one: a weighted sum, exact for polynomials of its degree.
struct Kernel {
  std::size_t first = 0;        // index of the first sample
  std::vector<double> factors;  // one a sample from there on; empty when too few samples are there
  double spread = 0;            // standard deviation of the sum for noise of 1
  bool valid() const { return !factors.empty(); }
};
// The least-squares polynomial's value at the sample `at`, which may itself be missing (weight 0). The influence of
// samples falls off towards the window's ends.
Kernel kernel_at(std::span<const double> weights, std::size_t at, const Window&);

struct Fitted {
  double value = 0;
  double spread = 0;
  bool valid = false;
};

// The same windows for every moment; `windows` go from narrow to wide. `noise` has one value a sample; departures up to
// `tolerance` from the narrower windows do not matter. A sample that no window can reach is interpolated between its
// neighbours.
std::vector<double> smooth(std::span<const double> values, std::span<const double> weights,
                           std::span<const double> noise, double tolerance, std::span<const Window> windows);

// The index of the widest window that holds, given what each one says.
std::size_t widest_that_holds(std::span<const Fitted> fits, double noise, double tolerance = 0);

}  // namespace understudy
