// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/pyramid.hpp"

#include <algorithm>
#include <cmath>

#include "lib/detect/sample_row.hpp"

namespace understudy {
namespace {

// Where the networks take the middle of a crop's pixel to be. Half a pixel by the book; this is where a face and its
// mirror image get the same points (over the test clips; with 0, MediaPipe's way, they are 0.7 pixels apart).
constexpr double pixel_middle = 0.35;

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

// The part of level n that the square sees and its place there, made of that part of the frame alone; pixels are those
// of the whole level.
Pyramid::Part Pyramid::part(const Roi& roi, int n) const {
  const int unit = 1 << n;
  const double reach = (std::abs(std::cos(roi.angle)) + std::abs(std::sin(roi.angle))) * roi.side / 2 + 3 * unit;
  const auto bounds = [unit](double from, double to, int length) {
    const int whole = length / unit * unit;  // what is left over belongs to no pixel of the level
    const int first = std::clamp(static_cast<int>(from) / unit * unit, 0, whole - unit);
    return std::pair(first, std::clamp((static_cast<int>(to) / unit + 1) * unit, first + unit, whole));
  };
  const auto [left, right] = bounds(roi.centre.x - reach, roi.centre.x + reach, frame_.width);
  const auto [top, bottom] = bounds(roi.centre.y - reach, roi.centre.y + reach, frame_.height);
  Part part{ImageU8(right - left, bottom - top, 3),
            {static_cast<double>(left / unit), static_cast<double>(top / unit)}};
  for (int y = top; y < bottom; ++y)
    std::copy_n(frame_.row(y) + 3 * left, 3 * part.image.width, part.image.row(y - top));
  for (int k = 0; k < n; ++k) part.image = halved(part.image);
  return part;
}

void Pyramid::sample(const Roi& roi, int size, Outside outside, float low, float high, std::span<float> rgb) {
  const double shrink = roi.side / size;
  const int deepest = static_cast<int>(std::log2(std::max(1, std::min(frame_.width, frame_.height)))) - 1;
  const int n =
      std::clamp(static_cast<int>(std::floor(std::log2(std::max(1.0, shrink)) + 0.25)), 0, std::max(0, deepest));
  halvings_.reserve(16);  // references to levels stay valid
  // Where only a part of a large frame is wanted, the rest need not be halved. Outside of the frame its edge is that of
  // the part too.
  const bool whole = outside == Outside::black || n == 0 || static_cast<int>(halvings_.size()) >= n ||
                     2 * roi.side * roi.side > static_cast<double>(frame_.width) * frame_.height;
  const Part own = whole ? Part{} : part(roi, n);
  const ImageU8& image = whole ? level(n) : own.image;
  // Pixel centres of level n lie at (i + 0.5) * 2^n - 0.5 of the frame, those of a crop at i + pixel_middle.
  const double k = 1.0 / (1 << n), shift = 0.5 * k - 0.5;
  const Affine map = Affine{{k, 0, shift - own.origin.x, 0, k, shift - own.origin.y}} * roi.frame_from_crop(size) *
                     Affine{{1, 0, pixel_middle, 0, 1, pixel_middle}};
  const float scale = (high - low) / 255;
  const RowSamples samples{image, map, outside, low, scale};
  for (int j = 0; j < size; ++j) sample_row(samples, j, size, rgb.data() + static_cast<std::ptrdiff_t>(3) * size * j);
}

}  // namespace understudy
