// SPDX-License-Identifier: Apache-2.0
#include "lib/measures/blocks.hpp"

#include <algorithm>
#include <cstdlib>

#include "lib/base/vector_clones.hpp"

namespace understudy {
namespace {

constexpr std::size_t stripe = 1 << 14;  // small enough that the sum of a stripe fits 32 bits

US_VECTOR_CLONES std::uint32_t stripe_distance(const std::uint8_t* a, const std::uint8_t* b, std::size_t count) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<std::uint32_t>(std::abs(int(a[i]) - int(b[i])));
  return sum;
}

}  // namespace

std::vector<std::uint16_t> block_means(const ImageU8& image, int grid) {
  const auto cells = static_cast<std::size_t>(grid) * grid;
  std::vector<std::uint32_t> sums(cells * 3), counts(cells);
  for (int gy = 0; gy < grid; ++gy) {
    for (int y = gy * image.height / grid; y < (gy + 1) * image.height / grid; ++y) {
      const auto* row = image.row(y);
      for (int gx = 0; gx < grid; ++gx) {
        const int x0 = gx * image.width / grid, x1 = (gx + 1) * image.width / grid;
        std::uint32_t b = 0, g = 0, r = 0;
        for (int x = x0; x < x1; ++x) {
          b += row[3 * x];
          g += row[3 * x + 1];
          r += row[3 * x + 2];
        }
        const auto cell = static_cast<std::size_t>(gy) * grid + gx;
        sums[cell] += b;
        sums[cells + cell] += g;
        sums[2 * cells + cell] += r;
        counts[cell] += static_cast<std::uint32_t>(x1 - x0);
      }
    }
  }
  std::vector<std::uint16_t> means(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i)
    means[i] = static_cast<std::uint16_t>(std::uint64_t{sums[i]} * 256 / std::max(1u, counts[i % cells]));
  return means;
}

Blocks blocks_of(const ImageU8& image) {
  Blocks blocks;
  std::ranges::copy(block_means(image, block_grid), blocks.begin());
  return blocks;
}

US_VECTOR_CLONES std::uint32_t distance(const std::uint16_t* a, const std::uint16_t* b, std::size_t count) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<std::uint32_t>(std::abs(int(a[i]) - int(b[i])));
  return sum;
}

std::uint64_t pixel_distance(const ImageU8& a, const ImageU8& b) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < a.data.size(); i += stripe)
    sum += stripe_distance(a.data.data() + i, b.data.data() + i, std::min(stripe, a.data.size() - i));
  return sum;
}

std::uint64_t least_pixel_distance(std::uint32_t block_distance, int grid, int width, int height) {
  // Rounding down hides less than one unit a mean; the smallest block stands for all.
  const std::uint64_t means = static_cast<std::uint64_t>(grid) * grid * 3;
  const std::uint64_t pixels = static_cast<std::uint64_t>(width / grid) * static_cast<std::uint64_t>(height / grid);
  return block_distance <= means ? 0 : (block_distance - means) * pixels / 256;
}

}  // namespace understudy
