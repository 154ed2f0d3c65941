// SPDX-License-Identifier: Apache-2.0
// A picture as a small grid of colours: near-duplicates are found by it, and it bounds how far apart two pictures can
// be, so that few pairs have to be compared pixel by pixel.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "lib/image/image.hpp"

namespace understudy {

constexpr int block_grid = 16;

// Mean colours of grid x grid blocks of a picture, channel by channel, in 1/256 levels rounded down. Cell i of an axis
// of n pixels covers [i n / grid, (i + 1) n / grid).
std::vector<std::uint16_t> block_means(const ImageU8& image_bgr, int grid);
using Blocks = std::array<std::uint16_t, block_grid * block_grid * 3>;
Blocks blocks_of(const ImageU8& image_bgr);
// Of channel 0 blue, 1 green, 2 red.
constexpr std::size_t block_at(int x, int y, int channel) {
  return static_cast<std::size_t>((channel * block_grid + y) * block_grid + x);
}

// The sum of |a - b| over that many values.
std::uint32_t distance(const std::uint16_t* a, const std::uint16_t* b, std::size_t count);
// The sum of |a - b| over all pixels and channels of two pictures of one size.
std::uint64_t pixel_distance(const ImageU8& a, const ImageU8& b);
// What the pixel distance of two pictures of that size is at least, by the distance of their block means.
std::uint64_t least_pixel_distance(std::uint32_t block_distance, int grid, int width, int height);

}  // namespace understudy
