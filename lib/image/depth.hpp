// SPDX-License-Identifier: Apache-2.0
// Between 8 and 16 bits a channel, and alpha put beside colours.
#pragma once

#include <algorithm>

#include "lib/image/image.hpp"

namespace understudy {

// x * 257: 255 becomes 65535.
inline ImageU16 to_sixteen_bits(const ImageU8& image) {
  ImageU16 deep(image.width, image.height, image.channels);
  std::ranges::transform(image.data, deep.data.begin(),
                         [](std::uint8_t v) { return static_cast<std::uint16_t>(v * 257); });
  return deep;
}

// To the nearest; gives back what to_sixteen_bits() made.
inline ImageU8 to_eight_bits(const ImageU16& deep) {
  ImageU8 image(deep.width, deep.height, deep.channels);
  std::ranges::transform(deep.data, image.data.begin(),
                         [](std::uint32_t v) { return static_cast<std::uint8_t>((v + 128) / 257); });
  return image;
}

// BGR and the mask's first channel, of one size, into BGRA; colours are not multiplied.
template <class T>
Image<T> with_alpha(const Image<T>& bgr, const Image<T>& mask) {
  Image<T> out(bgr.width, bgr.height, 4);
  const T* alpha = mask.data.data();
  for (std::size_t i = 0; i < static_cast<std::size_t>(bgr.width) * bgr.height; ++i, alpha += mask.channels) {
    std::copy_n(&bgr.data[3 * i], 3, &out.data[4 * i]);
    out.data[4 * i + 3] = *alpha;
  }
  return out;
}

}  // namespace understudy
