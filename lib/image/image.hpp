// SPDX-License-Identifier: Apache-2.0
// The image value type. Row-major, channels interleaved. The colour order is stated in the variable's name
// (frame_bgr, mask); 3-channel images are BGR unless a name says otherwise. uint8 is 0..255, float is 0..1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace understudy {

template <class T>
struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<T> data;  // height * width * channels

  Image() = default;
  Image(int w, int h, int c, T fill = T{})
      : width(w), height(h), channels(c), data(static_cast<std::size_t>(w) * h * c, fill) {}

  bool empty() const { return data.empty(); }
  T* row(int y) { return data.data() + static_cast<std::size_t>(y) * width * channels; }
  const T* row(int y) const { return data.data() + static_cast<std::size_t>(y) * width * channels; }
  T& at(int x, int y, int c = 0) { return row(y)[x * channels + c]; }
  const T& at(int x, int y, int c = 0) const { return row(y)[x * channels + c]; }
  bool operator==(const Image&) const = default;
};

using ImageU8 = Image<std::uint8_t>;
using ImageU16 = Image<std::uint16_t>;
using ImageF = Image<float>;

}  // namespace understudy
