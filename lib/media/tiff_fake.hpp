// SPDX-License-Identifier: Apache-2.0
// For tests: TIFFs of one uncompressed strip of three channels (TIFF 6.0).
#pragma once

#include <array>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

// All but the pixels, which follow: `bits` a channel, from the left top, red first; an orientation as EXIF counts.
inline Bytes tiff_head(std::uint32_t width, std::uint32_t height, std::uint32_t bits, std::uint32_t orientation = 1) {
  Bytes tiff{'I', 'I', 42, 0, 8, 0, 0, 0};
  const auto put = [&](std::uint32_t value, int bytes) {
    for (int b = 0; b < bytes; ++b) tiff.push_back(static_cast<std::uint8_t>(value >> 8 * b));
  };
  struct Entry {
    std::uint32_t tag, type, count, value;
  };
  constexpr std::uint32_t number = 3, wide = 4, entries = 11, pixels = 8 + 2 + 12 * entries + 4 + 6;
  const std::array<Entry, entries> all{{{256, number, 1, width},
                                        {257, number, 1, height},
                                        {258, number, 3, pixels - 6},
                                        {259, number, 1, 1},
                                        {262, number, 1, 2},
                                        {273, wide, 1, pixels},
                                        {274, number, 1, orientation},
                                        {277, number, 1, 3},
                                        {278, number, 1, height},
                                        {279, wide, 1, width * height * 3 * bits / 8},
                                        {284, number, 1, 1}}};
  put(entries, 2);
  for (const auto& e : all) {
    put(e.tag, 2);
    put(e.type, 2);
    put(e.count, 4);
    put(e.value, 4);
  }
  put(0, 4);
  for (int c = 0; c < 3; ++c) put(bits, 2);
  return tiff;
}

}  // namespace understudy
