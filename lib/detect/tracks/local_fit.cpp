// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/tracks/local_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace understudy {
namespace {

// How many standard deviations a wider window may stray from a narrower one. Smaller follows motion closer, larger
// smooths more. At 1.7 stillness keeps a quarter of its noise and no motion up to a swing a second is hurt by more than
// the noise that was there (see tracks_test.cpp).
constexpr double confidence = 1.7;

// Solves the symmetric normal equations of up to three unknowns for the unit vector e0: the first row of the inverse.
template <int n>
bool first_row(const std::array<double, 5>& moments, std::array<double, 3>& row) {
  const auto& m = moments;
  if constexpr (n == 1) {
    if (m[0] <= 0) return false;
    row = {1 / m[0], 0, 0};
  } else if constexpr (n == 2) {
    const double det = m[0] * m[2] - m[1] * m[1];
    if (det <= 1e-9 * m[0] * m[2]) return false;
    row = {m[2] / det, -m[1] / det, 0};
  } else {
    const double a = m[2] * m[4] - m[3] * m[3], b = m[2] * m[3] - m[1] * m[4], c = m[1] * m[3] - m[2] * m[2];
    const double det = m[0] * a + m[1] * b + m[2] * c;
    if (det <= 1e-9 * m[0] * m[2] * m[4]) return false;
    row = {a / det, b / det, c / det};
  }
  return true;
}

}  // namespace

double noise_of(std::span<const double> values, std::span<const double> weights) {
  std::vector<double> differences;
  for (std::size_t i = 2; i + 2 < values.size(); ++i) {
    bool all = true;
    for (std::size_t k = i - 2; k <= i + 2; ++k) all = all && weights[k] > 0;
    if (all) differences.push_back(std::abs(fourth_difference(values.subspan(i - 2).first<5>())));
  }
  return differences.size() < 5 ? 0 : third_of(std::span(differences)) / third_of_normal / fourth_difference_spread;
}

Kernel kernel_at(std::span<const double> weights, std::size_t at, const Window& window) {
  if (window.reach == 0) return weights[at] > 0 ? Kernel{at, {1}, 1} : Kernel{};
  const auto reach = static_cast<std::size_t>(window.reach);
  const std::size_t last = std::min(weights.size() - 1, at + reach);
  Kernel kernel{at - std::min(at, reach), {}, 0};
  auto time = [&](std::size_t i) { return (static_cast<double>(i) - static_cast<double>(at)) / (window.reach + 1); };
  std::array<double, 5> moments{};
  for (std::size_t i = kernel.first; i <= last; ++i) {
    double power = weights[i] * (1 - time(i) * time(i));
    for (double& m : moments) m += power, power *= time(i);
  }
  std::array<double, 3> row{};
  const bool solved = window.degree == 0   ? first_row<1>(moments, row)
                      : window.degree == 1 ? first_row<2>(moments, row)
                                           : first_row<3>(moments, row);
  if (!solved) return {};
  double squares = 0;
  for (std::size_t i = kernel.first; i <= last; ++i) {
    const double t = time(i), w = weights[i] * (1 - t * t) * (row[0] + t * (row[1] + t * row[2]));
    kernel.factors.push_back(w);
    squares += w * w;
  }
  kernel.spread = std::sqrt(squares);
  return kernel;
}

std::size_t widest_that_holds(std::span<const Fitted> fits, double noise, double tolerance) {
  double low = -1e300, high = 1e300;
  std::size_t best = fits.size();
  for (std::size_t k = 0; k < fits.size(); ++k) {
    if (!fits[k].valid) continue;
    const double margin = confidence * noise * fits[k].spread + tolerance / 2;
    low = std::max(low, fits[k].value - margin);
    high = std::min(high, fits[k].value + margin);
    if (low > high && best < fits.size()) break;
    best = k;
  }
  return best;
}

std::vector<double> smooth(std::span<const double> values, std::span<const double> weights,
                           std::span<const double> noise, double tolerance, std::span<const Window> windows) {
  const std::size_t count = values.size();
  std::vector<Fitted> fits(count * windows.size());
  std::vector<double> chosen(count, -1);
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<Fitted> own(fits.data() + i * windows.size(), windows.size());
    for (std::size_t k = 0; k < windows.size(); ++k) {
      const Kernel kernel = kernel_at(weights, i, windows[k]);
      own[k] = {std::inner_product(kernel.factors.begin(), kernel.factors.end(), values.begin() + kernel.first, 0.0),
                kernel.spread, kernel.valid()};
    }
    const auto best = widest_that_holds(own, noise[i], tolerance);
    if (best < windows.size()) chosen[i] = static_cast<double>(best);
  }
  // A choice that jumps from one moment to the next would tremble by itself: it is led down to narrower ones gently,
  // and the result lies between two windows.
  std::vector<double> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    double sum = 0, n = 0;
    for (std::size_t j = i - std::min<std::size_t>(i, 2); j <= std::min(count - 1, i + 2); ++j) {
      if (chosen[j] >= 0) sum += std::min(chosen[i], chosen[j]), n += 1;
    }
    if (chosen[i] < 0) continue;
    const double mean = sum / n;
    auto below = static_cast<std::size_t>(mean);
    const Fitted* own = fits.data() + i * windows.size();
    while (below < windows.size() && !own[below].valid) ++below;
    const auto above = std::min(below + 1, windows.size() - 1);
    const double part = own[above].valid ? std::clamp(mean - static_cast<double>(below), 0.0, 1.0) : 0;
    out[i] = own[below].value + part * (own[above].value - own[below].value);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (chosen[i] >= 0) continue;
    std::size_t before = i, after = i;
    while (before > 0 && chosen[before] < 0) --before;
    while (after + 1 < count && chosen[after] < 0) ++after;
    if (chosen[before] < 0) before = after;
    if (chosen[after] < 0) after = before;
    const double part = after > before ? static_cast<double>(i - before) / static_cast<double>(after - before) : 0.0;
    out[i] = out[before] + part * (out[after] - out[before]);
  }
  return out;
}

}  // namespace understudy
