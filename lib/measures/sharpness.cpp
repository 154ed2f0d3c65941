// SPDX-License-Identifier: Apache-2.0
#include "lib/measures/sharpness.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "lib/measures/canny_blocks.hpp"

namespace understudy {
namespace {

constexpr int block = 64;
constexpr int fewest_edges = 9;  // more than 0.2 % of a block
constexpr int longest_margin = 100;

// The squared response of the horizontal Sobel operator, in whole numbers (64 times the normalised one).
std::vector<std::int32_t> squared_sobel(const ImageU8& grey) {
  const int width = grey.width, height = grey.height;
  std::vector<std::int32_t> out(grey.data.size());
  for (int y = 0; y < height; ++y) {
    const auto *a = grey.row(std::max(y - 1, 0)), *b = grey.row(y), *c = grey.row(std::min(y + 1, height - 1));
    auto* target = out.data() + static_cast<std::size_t>(y) * width;
    const auto at = [&](int x, int l, int r) {
      const int s = a[r] - a[l] + 2 * (b[r] - b[l]) + c[r] - c[l];
      target[x] = s * s;
    };
    at(0, 0, std::min(1, width - 1));
    for (int x = 1; x + 1 < width; ++x) at(x, x - 1, x + 1);
    if (width > 1) at(width - 1, width - 2, width - 1);
  }
  return out;
}

// Responses up to twice the root of the mean count as nothing (both of the normalised operator).
void drop_small(std::vector<std::int32_t>& squares) {
  double sum = 0;
  for (const auto s : squares) sum += s;
  const double mean = sum / 64.0 / static_cast<double>(squares.size());
  const double threshold = 2 * std::sqrt(mean) * 64;
  for (auto& s : squares)
    if (s <= threshold) s = 0;
}

// How many steps of one pixel the grey values go on falling (or rising) strictly, from `inner` outwards.
template <class Goes>
int margin_of(const std::uint8_t* row, int width, int inner, int step, Goes goes_on) {
  int margin = 0;
  for (; margin < longest_margin; ++margin, inner += step) {
    const int outer = inner + step;
    if (outer < 0 || outer >= width || !goes_on(row[outer], row[inner])) break;
  }
  return margin + 1;
}

// 0 where the gradient does not point to the right or the left (within 22.5 degrees). Interior pixels only.
int edge_width(const ImageU8& grey, int x, int y) {
  constexpr double tangent = 0.41421356237309503;  // of 22.5 degrees
  const int across = grey.at(x + 1, y) - grey.at(x - 1, y), down = grey.at(x, y + 1) - grey.at(x, y - 1);
  if (across != 0 && std::abs(down) > tangent * std::abs(across)) return 0;
  const auto falls = [](int outer, int inner) { return outer < inner; };
  const auto rises = [](int outer, int inner) { return outer > inner; };
  const auto* row = grey.row(y);
  // No gradient across at all counts as rising to the right, as in the original.
  if (across >= 0) return margin_of(row, grey.width, x - 1, -1, falls) + margin_of(row, grey.width, x + 1, 1, rises);
  return margin_of(row, grey.width, x - 1, -1, rises) + margin_of(row, grey.width, x + 1, 1, falls);
}

// Every gradient zero: the original then measures no width at all.
bool is_flat(const ImageU8& grey) {
  return std::ranges::all_of(grey.data, [first = grey.data.front()](auto v) { return v == first; });
}

bool is_edge(const std::vector<std::int32_t>& s, int width, int x, int y) {
  const auto at = static_cast<std::size_t>(y) * width + x;
  return (s[at] > s[at - 1] && s[at] > s[at + 1]) ||
         (s[at] > s[at - static_cast<std::size_t>(width)] && s[at] > s[at + static_cast<std::size_t>(width)]);
}

int contrast_of(const ImageU8& grey, int left, int top) {
  int lowest = 255, highest = 0;
  for (int y = top; y < top + block; ++y) {
    const auto [lo, hi] = std::minmax_element(grey.row(y) + left, grey.row(y) + left + block);
    lowest = std::min<int>(lowest, *lo);
    highest = std::max<int>(highest, *hi);
  }
  return highest - lowest;
}

// The bucket 0..100 of the probability that blur over an edge of that width is seen.
int bucket_of(int width, int contrast) {
  const double just_noticeable = contrast <= 50 ? 5 : 3;
  return static_cast<int>(std::nearbyint(100 * (1 - std::exp(-std::pow(width / just_noticeable, 3.6)))));
}

}  // namespace

double cpbd_sharpness(const ImageU8& grey) {
  if (grey.width < block || grey.height < block || is_flat(grey)) return 0;
  auto strength = squared_sobel(grey);
  drop_small(strength);
  const auto counts = blocks_with_edges(grey, block, fewest_edges);
  const int across = grey.width / block;
  std::size_t samples = 0, sharp = 0;
  for (std::size_t b = 0; b < counts.size(); ++b) {
    if (!counts[b]) continue;
    const int left = static_cast<int>(b % static_cast<std::size_t>(across)) * block;
    const int top = static_cast<int>(b / static_cast<std::size_t>(across)) * block;
    const int contrast = contrast_of(grey, left, top);
    for (int y = std::max(top, 1); y < std::min(top + block, grey.height - 1); ++y) {
      for (int x = std::max(left, 1); x < std::min(left + block, grey.width - 1); ++x) {
        if (strength[static_cast<std::size_t>(y) * grey.width + x] == 0 || !is_edge(strength, grey.width, x, y))
          continue;
        const int width = edge_width(grey, x, y);
        if (width == 0) continue;
        ++samples;
        sharp += bucket_of(width, contrast) < 64;
      }
    }
  }
  return samples == 0 ? 0 : static_cast<double>(sharp) / static_cast<double>(samples);
}

namespace {

// A row or column filtered with 11 whole weights; beyond the edges the picture is mirrored without repeating the edge.
using Kernel = std::array<int, 11>;
constexpr Kernel smoothing{1, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1};  // (1 + x)^10
constexpr Kernel second{1, 6, 13, 8, -14, -28, -14, 8, 13, 6, 1};           // (1 - x)^2 (1 + x)^8

int mirrored_at(int i, int count) {
  if (count == 1) return 0;
  const int period = 2 * (count - 1);
  i = ((i % period) + period) % period;
  return i < count ? i : period - i;
}

}  // namespace

double laplacian_variance(const ImageU8& image) {
  const int width = image.width, height = image.height, channels = image.channels;
  const auto line = static_cast<std::size_t>(width) * channels;
  if (line == 0 || height == 0) return 0;
  // Down first, both kernels at once, then across; every value is a whole number below 2^29.
  std::vector<std::int32_t> smooth(line), curved(line), padded_smooth(line + 10 * std::size_t(channels)),
      padded_curved(padded_smooth.size());
  double sum = 0, squares = 0;
  for (int y = 0; y < height; ++y) {
    std::ranges::fill(smooth, 0);
    std::ranges::fill(curved, 0);
    for (int k = 0; k < 11; ++k) {
      const auto* source = image.row(mirrored_at(y + k - 5, height));
      const int a = smoothing[std::size_t(k)], b = second[std::size_t(k)];
      for (std::size_t i = 0; i < line; ++i) {
        smooth[i] += a * source[i];
        curved[i] += b * source[i];
      }
    }
    for (int x = -5; x < width + 5; ++x) {
      const auto from = static_cast<std::size_t>(mirrored_at(x, width)) * channels;
      const auto to = static_cast<std::size_t>(x + 5) * channels;
      std::copy_n(smooth.data() + from, channels, padded_smooth.data() + to);
      std::copy_n(curved.data() + from, channels, padded_curved.data() + to);
    }
    double row_sum = 0, row_squares = 0;
    for (std::size_t i = 0; i < line; ++i) {
      std::int32_t value = 0;
      for (std::size_t k = 0; k < 11; ++k)
        value += second[k] * padded_smooth[i + k * channels] + smoothing[k] * padded_curved[i + k * channels];
      row_sum += value;
      row_squares += static_cast<double>(value) * value;
    }
    sum += row_sum;
    squares += row_squares;
  }
  const double count = static_cast<double>(line) * height, mean = sum / count;
  return std::max(0.0, squares / count - mean * mean);
}

}  // namespace understudy
