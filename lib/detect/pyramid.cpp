// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/pyramid.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace understudy {
namespace {

ImageU8 halved(const ImageU8& in) {
  ImageU8 out(std::max(1, in.width / 2), std::max(1, in.height / 2), 3);
  for (int y = 0; y < out.height; ++y) {
    const auto* a = in.row(std::min(2 * y, in.height - 1));
    const auto* b = in.row(std::min(2 * y + 1, in.height - 1));
    auto* to = out.row(y);
    const int step = in.width > 1 ? 3 : 0;
    for (int x = 0; x < out.width; ++x, a += 6, b += 6, to += 3) {
      for (int c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>((a[c] + a[c + step] + b[c] + b[c + step] + 2) / 4);
    }
  }
  return out;
}

// Four neighbouring bytes as floats (blue, green, red and one more); GCC turns this into a few vector instructions.
using Bytes4 = std::uint8_t __attribute__((vector_size(4)));
using Floats4 = float __attribute__((vector_size(16)));
Floats4 four(const std::uint8_t* p) {
  Bytes4 bytes;
  std::memcpy(&bytes, p, 4);
  return __builtin_convertvector(bytes, Floats4);
}

}  // namespace

Affine Roi::frame_from_crop(int size) const {
  const double scale = side / size, c = std::cos(angle) * scale, s = std::sin(angle) * scale, half = size / 2.0;
  return {{c, -s, centre.x - c * half + s * half, s, c, centre.y - s * half - c * half}};
}

Pyramid::Pyramid(const ImageU8& frame_bgr) : frame_(frame_bgr) {}

const ImageU8& Pyramid::level(int n) {
  if (n == 0) return frame_;
  while (static_cast<int>(halvings_.size()) < n)
    halvings_.push_back(halved(halvings_.empty() ? frame_ : halvings_.back()));
  return halvings_[static_cast<std::size_t>(n) - 1];
}

void Pyramid::sample(const Roi& roi, int size, Outside outside, float low, float high, std::span<float> rgb) {
  const double shrink = roi.side / size;
  const int deepest = static_cast<int>(std::log2(std::max(1, std::min(frame_.width, frame_.height)))) - 1;
  const int n =
      std::clamp(static_cast<int>(std::floor(std::log2(std::max(1.0, shrink)) + 0.25)), 0, std::max(0, deepest));
  halvings_.reserve(16);  // references to levels stay valid
  const ImageU8& image = level(n);
  // Pixel centres of level n lie at (i + 0.5) * 2^n - 0.5 of the frame.
  const double k = 1.0 / (1 << n), shift = 0.5 * k - 0.5;
  const Affine map = Affine{{k, 0, shift, 0, k, shift}} * roi.frame_from_crop(size);
  const float scale = (high - low) / 255;
  const int w = image.width, h = image.height;
  const std::uint8_t* end = image.data.data() + image.data.size();
  float* to = rgb.data();
  for (int j = 0; j < size; ++j) {
    for (int i = 0; i < size; ++i, to += 3) {
      const auto x = static_cast<float>(map.m[0] * i + map.m[1] * j + map.m[2]);
      const auto y = static_cast<float>(map.m[3] * i + map.m[4] * j + map.m[5]);
      if (outside == Outside::black && (x < -1 || y < -1 || x > static_cast<float>(w) || y > static_cast<float>(h))) {
        to[0] = to[1] = to[2] = low;
        continue;
      }
      const float cx = std::clamp(x, 0.f, static_cast<float>(w - 1)),
                  cy = std::clamp(y, 0.f, static_cast<float>(h - 1));
      const int x0 = std::min(static_cast<int>(cx), std::max(0, w - 2)),
                y0 = std::min(static_cast<int>(cy), std::max(0, h - 2));
      const float fx = cx - static_cast<float>(x0), fy = cy - static_cast<float>(y0);
      const auto* a = image.row(y0) + x0 * 3;
      const auto* b = h > 1 ? a + static_cast<std::size_t>(w) * 3 : a;
      const int right = w > 1 ? 3 : 0;
      if (b + right + 4 > end) {  // the fourth byte would lie behind the picture
        for (int c = 0; c < 3; ++c) {
          const float top = static_cast<float>(a[c]) + fx * static_cast<float>(a[c + right] - a[c]);
          const float bottom = static_cast<float>(b[c]) + fx * static_cast<float>(b[c + right] - b[c]);
          to[2 - c] = low + scale * (top + fy * (bottom - top));
        }
        continue;
      }
      const Floats4 a0 = four(a), b0 = four(b);
      const Floats4 top = a0 + fx * (four(a + right) - a0), bottom = b0 + fx * (four(b + right) - b0);
      const Floats4 value = low + scale * (top + fy * (bottom - top));
      to[0] = value[2];
      to[1] = value[1];
      to[2] = value[0];
    }
  }
}

}  // namespace understudy
