// SPDX-License-Identifier: Apache-2.0
// The iterative transfers: distribution transfer, sliced optimal transport, and the mix of both worlds.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <span>

#include "lib/base/result.hpp"
#include "lib/image/colour.hpp"
#include "lib/image/colour_parts.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/cv.hpp"

namespace understudy {
namespace {

constexpr int bins = 256;
constexpr int rotations = 20;

using Axis = std::vector<double>;
using Cloud = Planes<double>;

Cloud rotated(const Cloud& cloud, const Rotation& r) {
  Cloud out = cloud;
  for (std::size_t i = 0; i < cloud[0].size(); ++i) {
    for (std::size_t a = 0; a < 3; ++a) {
      out[a][i] = r[3 * a] * cloud[0][i] + r[3 * a + 1] * cloud[1][i] + r[3 * a + 2] * cloud[2][i];
    }
  }
  return out;
}

// numpy.interp: linear between the nodes; xs may repeat.
double interpolate(double x, std::span<const double> xs, std::span<const double> ys, double left, double right) {
  if (x < xs.front()) return left;
  if (x > xs.back()) return right;
  const auto j = static_cast<std::size_t>(std::ranges::upper_bound(xs, x) - xs.begin()) - 1;
  if (j + 1 >= xs.size() || x == xs[j]) return ys[j];
  return (ys[j + 1] - ys[j]) / (xs[j + 1] - xs[j]) * (x - xs[j]) + ys[j];
}

// The share of values in the bins up to each one; numpy.histogram's bin rule.
Axis cumulative(const Axis& values, const Axis& edges) {
  const double low = edges.front(), high = edges.back();
  Axis counts(bins, 0.0);
  for (const double value : values) {
    auto bin = static_cast<int>((value - low) / (high - low) * bins);
    bin = std::clamp(bin, 0, bins - 1);
    if (value < edges[static_cast<std::size_t>(bin)]) --bin;
    if (bin + 1 < bins && value >= edges[static_cast<std::size_t>(bin) + 1]) ++bin;
    counts[static_cast<std::size_t>(std::max(bin, 0))] += 1;
  }
  std::partial_sum(counts.begin(), counts.end(), counts.begin());
  const double total = counts.back();
  for (auto& count : counts) count /= total;
  return counts;
}

// Moves the values of one axis towards the other distribution. Below the first upper edge the result is 0 and above the
// last one 256: an artefact of the original that its look depends on (spec pipeline.md 8.4).
Axis matched(const Axis& from, const Axis& to) {
  const auto [from_low, from_high] = std::ranges::minmax(from);
  const auto [to_low, to_high] = std::ranges::minmax(to);
  const double low = std::min(from_low, to_low), high = std::max(from_high, to_high);
  if (!(high > low)) return from;
  Axis edges(bins + 1);
  for (int i = 0; i <= bins; ++i) edges[static_cast<std::size_t>(i)] = low + (high - low) * i / bins;
  edges.back() = high;
  const Axis from_share = cumulative(from, edges), to_share = cumulative(to, edges);
  const std::span<const double> upper(edges.data() + 1, bins);
  Axis map(bins);
  for (std::size_t i = 0; i < bins; ++i)
    map[i] = interpolate(from_share[i], to_share, upper, upper.front(), upper.back());
  // interpolate(from[i], upper, map, 0, bins) to the bit; the nodes are even, so theirs is guessed, not searched.
  Axis slope(bins - 1), out(from.size());
  for (std::size_t i = 0; i + 1 < bins; ++i) slope[i] = (map[i + 1] - map[i]) / (upper[i + 1] - upper[i]);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double x = from[i];
    if (x < upper.front()) continue;  // stays 0
    auto j = std::clamp(static_cast<int>((x - low) / (high - low) * bins) - 1, 0, bins - 1);
    while (j + 1 < bins && upper[static_cast<std::size_t>(j) + 1] <= x) ++j;
    while (upper[static_cast<std::size_t>(j)] > x) --j;
    const auto node = static_cast<std::size_t>(j);
    out[i] = j + 1 == bins || x == upper[node] ? map[node] : slope[node] * (x - upper[node]) + map[node];
  }
  return out;
}

// The order that sorts the keys. Many pixels share a colour, and which of them gets which value shows in the result; so
// the ties fall as in numpy's quicksort (median of three, insertion sort below 16), which the original relies on.
// Its partition is done without branches: first it is listed what is to be exchanged, then that is exchanged.
class NumpyOrder {
 public:
  std::vector<std::uint32_t> of(const std::vector<float>& keys) {
    items_.resize(keys.size());
    high_.resize(keys.size());
    low_.resize(keys.size());
    for (std::uint32_t i = 0; i < items_.size(); ++i) items_[i] = {keys[i], i};
    std::vector<std::pair<std::ptrdiff_t, std::ptrdiff_t>> pending = {
        {0, static_cast<std::ptrdiff_t>(keys.size()) - 1}};
    while (!pending.empty()) {
      auto [left, right] = pending.back();
      pending.pop_back();
      while (right - left > 16) {
        const auto middle = partition(left, right);
        if (middle - left < right - middle) {
          pending.emplace_back(middle + 1, right);
          right = middle - 1;
        } else {
          pending.emplace_back(left, middle - 1);
          left = middle + 1;
        }
      }
      insert(left, right);
    }
    std::vector<std::uint32_t> order(keys.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = items_[i].index;
    return order;
  }

 private:
  struct Item {
    float key;
    std::uint32_t index;
  };
  static bool less(const Item& a, const Item& b) { return a.key < b.key; }

  // Where the pivot comes to lie.
  std::ptrdiff_t partition(std::ptrdiff_t left, std::ptrdiff_t right) {
    Item* const base = items_.data();
    const auto middle = left + (right - left) / 2;
    if (less(base[middle], base[left])) std::swap(base[middle], base[left]);
    if (less(base[right], base[middle])) std::swap(base[right], base[middle]);
    if (less(base[middle], base[left])) std::swap(base[middle], base[left]);
    const Item pivot = base[middle];
    std::swap(base[middle], base[right - 1]);
    // Those from the left that are not below the pivot, those from the right that are not above it.
    std::size_t highs = 0, lows = 0;
    for (auto i = left + 1; i < right - 1; ++i) {
      high_[highs] = static_cast<std::uint32_t>(i);
      highs += !less(base[i], pivot);
    }
    for (auto j = right - 2; j >= left; --j) {
      low_[lows] = static_cast<std::uint32_t>(j);
      lows += !less(pivot, base[j]);
    }
    std::size_t k = 0;  // the leftmost item is no higher than the pivot, so the lows do not run out
    for (; k < highs && high_[k] < low_[k]; ++k) std::swap(base[high_[k]], base[low_[k]]);
    auto end = k < highs ? static_cast<std::ptrdiff_t>(high_[k]) : right - 1;
    if (k > 0) end = std::min(end, static_cast<std::ptrdiff_t>(low_[k - 1]));
    std::swap(base[end], base[right - 1]);
    return end;
  }
  void insert(std::ptrdiff_t left, std::ptrdiff_t right) {
    Item* const base = items_.data();
    for (auto i = left + 1; i <= right; ++i) {
      const Item moved = base[i];
      auto j = i;
      for (; j > left && less(moved, base[j - 1]); --j) base[j] = base[j - 1];
      base[j] = moved;
    }
  }

  std::vector<Item> items_;
  std::vector<std::uint32_t> high_, low_;
};

std::vector<float> projected(const ImageF& image, const Direction& direction) {
  const auto d0 = static_cast<float>(direction[0]), d1 = static_cast<float>(direction[1]),
             d2 = static_cast<float>(direction[2]);
  std::vector<float> out(static_cast<std::size_t>(image.width) * image.height);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float* p = image.data.data() + 3 * i;
    out[i] = p[0] * d0 + p[1] * d1 + p[2] * d2;
  }
  return out;
}

ImageU8 converted(const ImageU8& image, int code) {
  ImageU8 out(image.width, image.height, 3);
  cv::Mat target = view(out);
  cv::cvtColor(view(image), target, code);
  return out;
}

ImageF first_channel(const ImageU8& lab) {
  ImageF out(lab.width, lab.height, 1);
  for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] = static_cast<float>(lab.data[3 * i]) / 255.0f;
  return out;
}

// The picture at lightness 100 (of 255), as float BGR 0..255.
ImageF chroma_only(ImageU8 lab) {
  for (std::size_t i = 0; i < lab.data.size(); i += 3) lab.data[i] = 100;
  const ImageU8 bgr = converted(lab, cv::COLOR_Lab2BGR);
  ImageF out(bgr.width, bgr.height, 3);
  std::ranges::copy(bgr.data, out.data.begin());
  return out;
}

}  // namespace

TransferRandom random_from(const std::function<double()>& normal) {
  TransferRandom random;
  random.direction = [normal] {
    Direction d{normal(), normal(), normal()};
    const double length = std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    for (auto& v : d) v /= length;
    return d;
  };
  // A uniform rotation from a uniform unit quaternion.
  random.rotation = [normal]() -> Rotation {
    double w = normal(), x = normal(), y = normal(), z = normal();
    const double length = std::sqrt(w * w + x * x + y * y + z * z);
    w /= length, x /= length, y /= length, z /= length;
    return {1 - 2 * (y * y + z * z), 2 * (x * y - w * z),     2 * (x * z + w * y),
            2 * (x * y + w * z),     1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
            2 * (x * z - w * y),     2 * (y * z + w * x),     1 - 2 * (x * x + y * y)};
  };
  return random;
}

TransferRandom seeded_random(std::uint64_t seed) {
  auto engine = std::make_shared<std::mt19937_64>(seed);
  return random_from([engine] { return std::normal_distribution<double>()(*engine); });
}

ImageF transfer_distribution(const ImageF& x, const ImageF& y, const TransferRandom& random) {
  Cloud cloud = planes_of<double>(x);
  const Cloud target = planes_of<double>(y);
  for (int step = 0; step < rotations; ++step) {
    const Rotation r = random.rotation();
    const Cloud old = rotated(cloud, r), goal = rotated(target, r);
    Cloud change;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      change[axis] = matched(old[axis], goal[axis]);
      for (std::size_t i = 0; i < change[axis].size(); ++i) change[axis][i] -= old[axis][i];
    }
    const Rotation back{r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]};
    const Cloud moved = rotated(change, back);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      for (std::size_t i = 0; i < moved[axis].size(); ++i) cloud[axis][i] += moved[axis][i] / rotations;
    }
  }
  ImageF out = x;
  for (std::size_t i = 0; i < out.data.size(); ++i)
    out.data[i] = static_cast<float>(std::clamp(cloud[i % 3][i / 3], 0.0, 1.0));
  return out;
}

ImageF transfer_sliced(const ImageF& x, const ImageF& y, const TransferRandom& random, const SlicedOptions& options) {
  ImageF out = x;
  NumpyOrder sorter;
  for (int step = 0; step < options.steps; ++step) {
    std::vector<float> change(out.data.size(), 0.0f);
    for (int batch = 0; batch < options.batch; ++batch) {
      const Direction direction = random.direction();
      const auto from = projected(out, direction), to = projected(y, direction);
      const auto from_order = sorter.of(from), to_order = sorter.of(to);
      for (std::size_t rank = 0; rank < from_order.size(); ++rank) {
        const std::size_t pixel = from_order[rank];
        const float distance = to[to_order[rank]] - from[pixel];
        for (std::size_t c = 0; c < 3; ++c) change[3 * pixel + c] += distance * static_cast<float>(direction[c]);
      }
    }
    for (std::size_t i = 0; i < change.size(); ++i) out.data[i] += change[i] / static_cast<float>(options.batch);
  }
  if (options.sigma_space <= 0) return out;
  ImageF difference = out, smooth(x.width, x.height, 3);
  for (std::size_t i = 0; i < difference.data.size(); ++i) difference.data[i] -= x.data[i];
  cv::Mat target = view(smooth);
  cv::bilateralFilter(view(difference), target, 0, options.sigma_colour, options.sigma_space);
  for (std::size_t i = 0; i < smooth.data.size(); ++i) out.data[i] = x.data[i] + smooth.data[i];
  return out;
}

ImageF transfer_mix(const ImageF& x, const ImageF& y, const TransferRandom& random) {
  const ImageU8 x_lab = converted(to_u8_truncated(x), cv::COLOR_BGR2Lab);
  const ImageU8 y_lab = converted(to_u8_truncated(y), cv::COLOR_BGR2Lab);
  const ImageU8 lightness = to_u8_truncated(transfer_linear(first_channel(x_lab), first_channel(y_lab)));
  ImageF chroma = transfer_sliced(chroma_only(x_lab), chroma_only(y_lab), random);
  ImageU8 chroma_u8(chroma.width, chroma.height, 3);
  for (std::size_t i = 0; i < chroma.data.size(); ++i) {
    chroma_u8.data[i] = static_cast<std::uint8_t>(std::clamp(chroma.data[i], 0.0f, 255.0f));
  }
  ImageU8 lab = converted(chroma_u8, cv::COLOR_BGR2Lab);
  for (std::size_t i = 0; i < lightness.data.size(); ++i) lab.data[3 * i] = lightness.data[i];
  return to_float(converted(lab, cv::COLOR_Lab2BGR));
}

}  // namespace understudy
