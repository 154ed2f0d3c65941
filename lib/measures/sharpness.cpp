// SPDX-License-Identifier: Apache-2.0
#include "lib/measures/sharpness.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "lib/base/vector_clones.hpp"
#include "lib/image/convert.hpp"
#include "lib/measures/canny_blocks.hpp"

namespace understudy {
namespace {

constexpr int block = 64;
constexpr int fewest_edges = 9;  // more than 0.2 % of a block
constexpr int longest_margin = 100;

US_VECTOR_CLONES void sobel_line(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c, int width,
                                 std::int32_t* out) {
  for (int x = 1; x < width - 1; ++x) {
    const int s = a[x + 1] - a[x - 1] + 2 * (b[x + 1] - b[x - 1]) + c[x + 1] - c[x - 1];
    out[x] = s * s;
  }
}

// The squared response of the horizontal Sobel operator, in whole numbers (64 times the normalised one). Beyond the
// edges the outermost pixels go on.
std::vector<std::int32_t> squared_sobel(const ImageU8& grey) {
  const int width = grey.width, height = grey.height;
  std::vector<std::int32_t> out(grey.data.size());
  for (int y = 0; y < height; ++y) {
    const auto *a = grey.row(std::max(y - 1, 0)), *b = grey.row(y), *c = grey.row(std::min(y + 1, height - 1));
    auto* target = out.data() + static_cast<std::size_t>(y) * width;
    const auto at = [&](int l, int r) {
      const int s = a[r] - a[l] + 2 * (b[r] - b[l]) + c[r] - c[l];
      return s * s;
    };
    sobel_line(a, b, c, width, target);
    target[0] = at(0, 1);
    target[width - 1] = at(width - 2, width - 1);
  }
  return out;
}

US_VECTOR_CLONES double sum_of(const std::int32_t* values, std::size_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += values[i];
  return static_cast<double>(sum);
}

US_VECTOR_CLONES void drop_up_to(std::int32_t limit, std::int32_t* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) values[i] = values[i] > limit ? values[i] : 0;
}

// Responses up to twice the root of the mean count as nothing (both of the normalised operator).
void drop_small(std::vector<std::int32_t>& squares, std::size_t pixels) {
  const double mean = sum_of(squares.data(), squares.size()) / 64.0 / static_cast<double>(pixels);
  drop_up_to(static_cast<std::int32_t>(2 * std::sqrt(mean) * 64), squares.data(), squares.size());
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

// The part of a picture that is not black, with at least `margin` black pixels around it where the picture has them,
// and from multiples of `grid` to multiples of it or the picture's end. A face's hull is less than half of its picture.
ImageU8 lit_part(const ImageU8& image, int margin, int grid) {
  const auto lit = [](const std::uint8_t* from, const std::uint8_t* to) {
    return std::any_of(from, to, [](auto v) { return v != 0; });
  };
  const int line = image.width * image.channels;
  int top = 0, bottom = image.height, left = line, right = 0;
  while (top < bottom && !lit(image.row(top), image.row(top) + line)) ++top;
  while (bottom > top && !lit(image.row(bottom - 1), image.row(bottom - 1) + line)) --bottom;
  for (int y = top; y < bottom; ++y) {
    const auto* row = image.row(y);
    left = static_cast<int>(std::find_if(row, row + left, [](auto v) { return v != 0; }) - row);
    for (int x = line; x > right; --x)
      if (row[x - 1] != 0) right = x;
  }
  if (top == bottom) return {};
  const auto floor_to = [grid](int v) { return std::max(v, 0) / grid * grid; };
  const auto ceil_to = [grid](int v, int end) { return std::min((v + grid - 1) / grid * grid, end); };
  const int x0 = floor_to(left / image.channels - margin), y0 = floor_to(top - margin);
  const int x1 = ceil_to((right + image.channels - 1) / image.channels + margin, image.width);
  const int y1 = ceil_to(bottom + margin, image.height);
  return crop(image, x0, y0, x1 - x0, y1 - y0);
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

US_VECTOR_CLONES void widen_range(const std::uint8_t* values, int count, std::uint8_t& lowest, std::uint8_t& highest) {
  std::uint8_t low = lowest, high = highest;
  for (int i = 0; i < count; ++i) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
  }
  lowest = low;
  highest = high;
}

int contrast_of(const ImageU8& grey, int left, int top) {
  std::uint8_t lowest = 255, highest = 0;
  for (int y = top; y < top + block; ++y) widen_range(grey.row(y) + left, block, lowest, highest);
  return highest - lowest;
}

// The bucket 0..100 of the probability that blur over an edge of that width is seen.
int bucket_of(int width, int contrast) {
  const double just_noticeable = contrast <= 50 ? 5 : 3;
  return static_cast<int>(std::nearbyint(100 * (1 - std::exp(-std::pow(width / just_noticeable, 3.6)))));
}

}  // namespace

double cpbd_sharpness(const ImageU8& whole) {
  const ImageU8 grey = lit_part(whole, 16, block);
  if (grey.width < block || grey.height < block || is_flat(grey)) return 0;
  auto strength = squared_sobel(grey);
  drop_small(strength, whole.data.size());
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

// Adds one row, weighted by both kernels.
US_VECTOR_CLONES void add_row(const std::uint8_t* row, std::size_t count, int smooth_weight, int curve_weight,
                              std::int32_t* smooth, std::int32_t* curved) {
  for (std::size_t i = 0; i < count; ++i) {
    smooth[i] += smooth_weight * row[i];
    curved[i] += curve_weight * row[i];
  }
}

// Filters across and adds up the values and their squares. The kernels are symmetric, which halves the products.
US_VECTOR_CLONES void filter_across(const std::int32_t* smooth, const std::int32_t* curved, std::size_t count,
                                    std::size_t channels, std::int32_t* out) {
  for (std::size_t i = 0; i < count; ++i)
    out[i] = second[5] * smooth[i + 5 * channels] + smoothing[5] * curved[i + 5 * channels];
  for (std::size_t k = 0; k < 5; ++k) {
    const std::int32_t a = second[k], b = smoothing[k];
    const std::int32_t *s = smooth + k * channels, *c = curved + k * channels;
    const std::size_t other = (10 - 2 * k) * channels;
    for (std::size_t i = 0; i < count; ++i) out[i] += a * (s[i] + s[i + other]) + b * (c[i] + c[i + other]);
  }
}

US_VECTOR_CLONES void add_moments(const std::int32_t* values, std::size_t count, double& sum, double& squares) {
  double sums[8] = {}, square_sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) {
      const double v = values[i + k];
      sums[k] += v;
      square_sums[k] += v * v;
    }
  }
  for (; i < count; ++i) {
    sums[0] += values[i];
    square_sums[0] += static_cast<double>(values[i]) * values[i];
  }
  for (std::size_t k = 0; k < 8; ++k) {
    sum += sums[k];
    squares += square_sums[k];
  }
}

}  // namespace

double laplacian_variance(const ImageU8& whole) {
  const ImageU8 image = lit_part(whole, 10, 1);
  const int width = image.width, height = image.height, channels = image.channels;
  const auto line = static_cast<std::size_t>(width) * channels;
  if (line == 0 || height == 0) return 0;
  // Down first, both kernels at once, then across; every value is a whole number below 2^29.
  std::vector<std::int32_t> smooth(line), curved(line), value(line);
  std::vector<std::int32_t> padded_smooth(line + 10 * std::size_t(channels)), padded_curved(padded_smooth.size());
  double sum = 0, squares = 0;
  for (int y = 0; y < height; ++y) {
    std::ranges::fill(smooth, 0);
    std::ranges::fill(curved, 0);
    for (int k = 0; k < 11; ++k)
      add_row(image.row(mirrored_at(y + k - 5, height)), line, smoothing[std::size_t(k)], second[std::size_t(k)],
              smooth.data(), curved.data());
    for (int x = -5; x < width + 5; ++x) {
      const bool inside = x >= 0 && x < width;
      const auto from = static_cast<std::size_t>(inside ? x : mirrored_at(x, width)) * channels;
      const auto to = static_cast<std::size_t>(x + 5) * channels;
      std::copy_n(smooth.data() + from, channels, padded_smooth.data() + to);
      std::copy_n(curved.data() + from, channels, padded_curved.data() + to);
    }
    filter_across(padded_smooth.data(), padded_curved.data(), line, static_cast<std::size_t>(channels), value.data());
    add_moments(value.data(), line, sum, squares);
  }
  const double count = static_cast<double>(whole.data.size()), mean = sum / count;
  return std::max(0.0, squares / count - mean * mean);
}

}  // namespace understudy
