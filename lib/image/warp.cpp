// SPDX-License-Identifier: Apache-2.0
#include "lib/image/warp.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <type_traits>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/image/cubic_warp.hpp"
#include "lib/image/cv.hpp"

namespace understudy {
namespace {

int flag(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::nearest:
      return cv::INTER_NEAREST;
    case Interpolation::linear:
      return cv::INTER_LINEAR;
    case Interpolation::cubic:
      return cv::INTER_CUBIC;
    case Interpolation::lanczos4:
      return cv::INTER_LANCZOS4;
    case Interpolation::area:
      return cv::INTER_AREA;
  }
  return cv::INTER_LINEAR;
}

int flag(Border border) { return border == Border::constant ? cv::BORDER_CONSTANT : cv::BORDER_REPLICATE; }

template <class T>
Image<T> warp_with(const Image<T>& image, const Affine& map, int width, int height, int flags, Border border) {
  Image<T> out(width, height, image.channels);
  if (image.empty() || out.empty()) return out;
  cv::Mat target = view(out);
  cv::warpAffine(view(image), target, matrix(map), {width, height}, flags, flag(border));
  return out;
}

// Whether cubic_warp_float() does it.
bool is_quick(const ImageF& image, Interpolation interpolation, Border border) {
  return interpolation == Interpolation::cubic && border == Border::constant && image.channels >= 3 &&
         image.channels <= 4 && !image.empty();
}

// In OpenCV's order of operations: the last bits decide which of two positions a pixel gets.
Affine inverse_of(const Affine& map) {
  auto m = map.m;
  double d = m[0] * m[4] - m[1] * m[3];
  d = d != 0 ? 1 / d : 0;
  const double a11 = m[4] * d, a22 = m[0] * d;
  m[0] = a11;
  m[1] *= -d;
  m[3] *= -d;
  m[4] = a22;
  const double b1 = -m[0] * m[2] - m[1] * m[5], b2 = -m[3] * m[2] - m[4] * m[5];
  return {{m[0], m[1], b1, m[3], m[4], b2}};
}

// The part of the input that the output sees, grown by a margin, as x0, y0, x1, y1 inside the image.
cv::Rect source_region(const Affine& in_from_out, int width, int height, double margin, int in_width, int in_height) {
  double left = 1e30, top = 1e30, right = -1e30, bottom = -1e30;
  for (const Point corner : {Point{0, 0}, {double(width), 0}, {0, double(height)}, {double(width), double(height)}}) {
    const Point p = in_from_out(corner);
    left = std::min(left, p.x), right = std::max(right, p.x);
    top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  }
  const auto bound = [margin](double v, int limit, double sign) {
    return static_cast<int>(std::clamp(std::floor(v + sign * margin), 0.0, double(limit)));
  };
  const int x0 = bound(left, in_width, -1), y0 = bound(top, in_height, -1);
  return {x0, y0, bound(right, in_width, 1) - x0, bound(bottom, in_height, 1) - y0};
}

constexpr int lobes = 3;

// Takes away what a grid `shrink` times as coarse cannot show, by Lanczos' kernel.
template <class T>
Image<T> low_pass(const Image<T>& image, double shrink) {
  const int reach = static_cast<int>(std::ceil(lobes * shrink)) - 1;
  std::vector<double> kernel;
  const auto sinc = [](double x) { return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x); };
  for (int i = -reach; i <= reach; ++i) kernel.push_back(sinc(i / shrink) * sinc(i / shrink / lobes));
  const double sum = std::accumulate(kernel.begin(), kernel.end(), 0.0);
  for (double& k : kernel) k /= sum;
  Image<T> out(image.width, image.height, image.channels);
  cv::Mat target = view(out);
  cv::sepFilter2D(view(image), target, -1, kernel, kernel, {-1, -1}, 0, cv::BORDER_REPLICATE);
  return out;
}

}  // namespace

template <class T>
Image<T> warp(const Image<T>& image, const Affine& out_from_in, int width, int height, Interpolation interpolation,
              Border border) {
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    if (interpolation == Interpolation::cubic && border == Border::constant && image.channels == 3 && !image.empty())
      return cubic_warp_bgr(image, inverse_of(out_from_in), width, height);
  } else {
    if (is_quick(image, interpolation, border)) return cubic_warp_float(image, inverse_of(out_from_in), width, height);
  }
  return warp_with(image, out_from_in, width, height, flag(interpolation), border);
}

template <class T>
Image<T> warp_inverse(const Image<T>& image, const Affine& in_from_out, int width, int height,
                      Interpolation interpolation, Border border) {
  if constexpr (std::is_same_v<T, float>) {
    if (is_quick(image, interpolation, border)) return cubic_warp_float(image, in_from_out, width, height);
  }
  return warp_with(image, in_from_out, width, height, flag(interpolation) | cv::WARP_INVERSE_MAP, border);
}

template <class T>
Image<T> warp_antialiased(const Image<T>& image, const Affine& out_from_in, int width, int height, Border border) {
  const double scale = std::sqrt(std::abs(out_from_in.m[0] * out_from_in.m[4] - out_from_in.m[1] * out_from_in.m[3]));
  if (scale >= 1 || image.empty()) return warp(image, out_from_in, width, height, Interpolation::cubic, border);
  // Averaging whole squares first costs little; at least half of the shrinking is left to the better filter.
  const int whole = std::max(1, static_cast<int>(0.5 / scale));
  const cv::Rect region =
      source_region(out_from_in.inverse(), width, height, (lobes + 1) / scale + 2, image.width, image.height);
  Image<T> small(region.width / whole, region.height / whole, image.channels);
  if (small.empty()) return Image<T>(width, height, image.channels);
  cv::Mat target = view(small);
  cv::resize(view(image)(cv::Rect(region.x, region.y, small.width * whole, small.height * whole)), target,
             target.size(), 0, 0, cv::INTER_AREA);
  small = low_pass(small, 1 / scale / whole);
  const double k = whole, middle = (k - 1) / 2;
  const Affine in_from_small{{k, 0, region.x + middle, 0, k, region.y + middle}};
  return warp(small, out_from_in * in_from_small, width, height, Interpolation::cubic, border);
}

template <class T>
Image<T> remap(const Image<T>& image, const ImageF& map_x, const ImageF& map_y, Interpolation interpolation,
               Border border) {
  check(map_x.channels == 1 && map_y.channels == 1 && map_x.data.size() == map_y.data.size(), "maps of one size");
  Image<T> out(map_x.width, map_x.height, image.channels);
  cv::Mat target = view(out);
  cv::remap(view(image), target, view(map_x), view(map_y), flag(interpolation), flag(border));
  return out;
}

template <class T>
Image<T> resize(const Image<T>& image, int width, int height, Interpolation interpolation) {
  if (image.width == width && image.height == height) return image;
  Image<T> out(width, height, image.channels);
  if (image.empty() || out.empty()) return out;
  cv::Mat target = view(out);
  cv::resize(view(image), target, {width, height}, 0, 0, flag(interpolation));
  return out;
}

template <class T>
Image<T> rotate_quarters(const Image<T>& image, int quarters_clockwise) {
  const int quarters = ((quarters_clockwise % 4) + 4) % 4;
  if (quarters == 0) return image;
  const bool swapped = quarters != 2;
  Image<T> out(swapped ? image.height : image.width, swapped ? image.width : image.height, image.channels);
  cv::Mat target = view(out);
  cv::rotate(view(image), target,
             quarters == 1   ? cv::ROTATE_90_CLOCKWISE
             : quarters == 2 ? cv::ROTATE_180
                             : cv::ROTATE_90_COUNTERCLOCKWISE);
  return out;
}

#define US_INSTANTIATE(T)                                                                          \
  template Image<T> warp(const Image<T>&, const Affine&, int, int, Interpolation, Border);         \
  template Image<T> warp_inverse(const Image<T>&, const Affine&, int, int, Interpolation, Border); \
  template Image<T> warp_antialiased(const Image<T>&, const Affine&, int, int, Border);            \
  template Image<T> remap(const Image<T>&, const ImageF&, const ImageF&, Interpolation, Border);   \
  template Image<T> resize(const Image<T>&, int, int, Interpolation);                              \
  template Image<T> rotate_quarters(const Image<T>&, int);
US_INSTANTIATE(std::uint8_t)
US_INSTANTIATE(float)
#undef US_INSTANTIATE

}  // namespace understudy
