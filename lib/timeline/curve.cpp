// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/curve.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace understudy {
namespace {

double number_in(const std::string& text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

using At = Curve::const_iterator;

double time_between(At a, At b) { return static_cast<double>(b->first - a->first); }
double slope_between(At a, At b) {
  return (number_in(b->second.value) - number_in(a->second.value)) / time_between(a, b);
}

// Slope of the smooth curve at a key: the weighted harmonic mean of the slopes on both sides, 0 at an extreme and at
// the ends, which keeps every piece monotone (Fritsch and Butland, "A Method for Constructing Local Monotone Piecewise
// Cubic Interpolants", 1984, eq. 5 with the weights of Brodlie).
double slope_at(const Curve& curve, At key) {
  if (key == curve.begin() || std::next(key) == curve.end()) return 0;
  const At before = std::prev(key), behind = std::next(key);
  const double left = slope_between(before, key), right = slope_between(key, behind);
  if (left * right <= 0) return 0;
  const double h0 = time_between(before, key), h1 = time_between(key, behind);
  const double weight = (h0 + 2 * h1) / (3 * (h0 + h1));
  return left * right / (weight * right + (1 - weight) * left);
}

double smooth_between(const Curve& curve, At a, At b, double t) {
  const double h = time_between(a, b), from = number_in(a->second.value), to = number_in(b->second.value);
  const double t2 = t * t, t3 = t2 * t;  // cubic Hermite
  return (2 * t3 - 3 * t2 + 1) * from + (t3 - 2 * t2 + t) * h * slope_at(curve, a) + (3 * t2 - 2 * t3) * to +
         (t3 - t2) * h * slope_at(curve, b);
}

}  // namespace

std::string value_at(const Curve& curve, std::int64_t frame, const Row& row) {
  const auto behind = curve.upper_bound(frame);
  if (behind == curve.begin()) return behind->second.value;
  const auto key = std::prev(behind);
  const bool numeric = row.kind == Kind::integer || row.kind == Kind::number;
  if (behind == curve.end() || key->second.kind == KeyKind::hold || key->first == frame || !numeric)
    return key->second.value;
  const double t = static_cast<double>(frame - key->first) / time_between(key, behind);
  const double from = number_in(key->second.value), to = number_in(behind->second.value);
  const double between =
      key->second.kind == KeyKind::linear ? from + (to - from) * t : smooth_between(curve, key, behind, t);
  const double value = std::clamp(between, std::min(from, to), std::max(from, to));  // of the last bit
  if (row.kind == Kind::integer) return std::to_string(std::llround(value));
  return detail::number_text(value);
}

}  // namespace understudy
