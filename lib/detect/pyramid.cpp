// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/pyramid.hpp"

#include <algorithm>
#include <cmath>

#include "lib/detect/sample_row.hpp"

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
  const RowSamples samples{image, map, outside, low, scale};
  for (int j = 0; j < size; ++j) sample_row(samples, j, size, rgb.data() + static_cast<std::ptrdiff_t>(3) * size * j);
}

}  // namespace understudy
