// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/picture_bounds.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/vector_clones.hpp"
#include "lib/measures/blocks.hpp"

namespace understudy {
namespace {

// In every block the mean of |a - b| is at most the root of the mean of its square, which is made of the difference of
// the means and of what deviates from them.
US_VECTOR_CLONES float most_of(const std::uint16_t* mean_a, const std::uint16_t* mean_b,
                               const std::uint16_t* deviation_a, const std::uint16_t* deviation_b, std::size_t count) {
  constexpr std::size_t lanes = 16;  // 3 channels of at least 4 x 4 blocks, always a multiple
  float sums[lanes] = {};
  for (std::size_t i = 0; i < count; i += lanes) {
    for (std::size_t k = 0; k < lanes; ++k) {
      const auto apart = static_cast<float>(std::abs(int(mean_a[i + k]) - int(mean_b[i + k])) + 1);
      const auto spread = static_cast<float>(int(deviation_a[i + k]) + int(deviation_b[i + k]));
      sums[k] += std::sqrt(apart * apart + spread * spread);
    }
  }
  float sum = 0;
  for (const float s : sums) sum += s;
  return sum;
}

// Rounded up, so that a bound by them holds.
std::vector<std::uint16_t> block_deviations(const ImageU8& image, int grid) {
  const auto cells = static_cast<std::size_t>(grid) * grid;
  std::vector<std::uint16_t> out(cells * 3);
  for (int gy = 0; gy < grid; ++gy) {
    for (int gx = 0; gx < grid; ++gx) {
      const int x0 = gx * image.width / grid, x1 = (gx + 1) * image.width / grid;
      const int y0 = gy * image.height / grid, y1 = (gy + 1) * image.height / grid;
      std::array<double, 3> sum{}, squares{};
      for (int y = y0; y < y1; ++y) {
        for (int x = x0; x < x1; ++x) {
          for (int c = 0; c < 3; ++c) {
            const double v = image.at(x, y, c);
            sum[std::size_t(c)] += v;
            squares[std::size_t(c)] += v * v;
          }
        }
      }
      const double count = std::max(1, (x1 - x0) * (y1 - y0));
      for (std::size_t c = 0; c < 3; ++c) {
        const double variance = std::max(0.0, squares[c] / count - sum[c] * sum[c] / count / count);
        out[c * cells + static_cast<std::size_t>(gy) * grid + gx] =
            static_cast<std::uint16_t>(std::ceil(std::sqrt(variance) * 256));
      }
    }
  }
  return out;
}

}  // namespace

PictureBounds::PictureBounds(std::size_t count, int width, int height, int grid, bool with_deviations)
    : width_(width), height_(height), grid_(grid), values_(static_cast<std::size_t>(grid) * grid * 3) {
  means_.resize(count * values_);
  if (with_deviations) deviations_.resize(count * values_);
}

std::uint64_t PictureBounds::bytes(std::size_t count, int grid, bool with_deviations) {
  return std::uint64_t{count} * static_cast<std::uint64_t>(grid * grid * 3) * (with_deviations ? 4 : 2);
}

void PictureBounds::set(std::size_t picture, const ImageU8& image) {
  std::ranges::copy(block_means(image, grid_), means_.begin() + static_cast<std::ptrdiff_t>(picture * values_));
  if (!deviations_.empty())
    std::ranges::copy(block_deviations(image, grid_),
                      deviations_.begin() + static_cast<std::ptrdiff_t>(picture * values_));
}

std::int64_t PictureBounds::least(std::size_t a, std::size_t b) const {
  return static_cast<std::int64_t>(least_pixel_distance(distance(means(a), means(b), values_), grid_, width_, height_));
}

std::int64_t PictureBounds::most(std::size_t a, std::size_t b) const {
  const double pixels = double((width_ + grid_ - 1) / grid_) * ((height_ + grid_ - 1) / grid_);
  const double sum = most_of(means(a), means(b), deviations(a), deviations(b), values_);
  return static_cast<std::int64_t>(std::ceil(sum * 1.00001 * pixels / 256));
}

}  // namespace understudy
