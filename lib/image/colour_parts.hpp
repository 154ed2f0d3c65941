// SPDX-License-Identifier: Apache-2.0
// Inner parts of the colour transfers, for colour_*.cpp only.
#pragma once

#include <array>
#include <vector>

#include "lib/image/image.hpp"

namespace understudy {

template <class T>
using Planes = std::array<std::vector<T>, 3>;

template <class T>
Planes<T> planes_of(const ImageF& image_bgr) {
  Planes<T> planes;
  const std::size_t pixels = image_bgr.data.size() / 3;
  for (std::size_t c = 0; c < 3; ++c) {
    planes[c].resize(pixels);
    for (std::size_t i = 0; i < pixels; ++i) planes[c][i] = image_bgr.data[3 * i + c];
  }
  return planes;
}

}  // namespace understudy
