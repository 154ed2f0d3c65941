// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "lib/base/result.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

// Weights of the taps around a position; `at` is its distance behind the first tap's successor in the middle, 0..1.
void linear_taps(float at, float* taps) {
  taps[0] = 1 - at;
  taps[1] = at;
}

// OpenCV's cubic: a = -0.75.
void cubic_taps(float at, float* taps) {
  constexpr float a = -0.75f;
  const float far = at + 1, near = 1 - at;
  taps[0] = ((a * far - 5 * a) * far + 8 * a) * far - 4 * a;
  taps[1] = ((a + 2) * at - (a + 3)) * at * at + 1;
  taps[2] = ((a + 2) * near - (a + 3)) * near * near + 1;
  taps[3] = 1 - taps[0] - taps[1] - taps[2];
}

void lanczos_taps(float at, float* taps) {
  float sum = 0;
  for (int i = 0; i < 8; ++i) {
    const double x = (double(at) - (i - 3)) * std::numbers::pi;
    taps[i] = std::abs(x) < 1e-6 ? 1.0f : static_cast<float>(std::sin(x) * std::sin(x / 4) / (x * x / 4));
    sum += taps[i];
  }
  for (int i = 0; i < 8; ++i) taps[i] /= sum;
}

template <class T>
T stored(float value) {
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    return static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f));
  } else {
    return value;
  }
}

template <class T, int taps, int channels>
void sample(const Image<T>& image, int x0, int y0, const float* wx, const float* wy, Border border, T* out) {
  std::array<float, channels> sum{};
  const bool inside = x0 >= 0 && y0 >= 0 && x0 + taps <= image.width && y0 + taps <= image.height;
  for (int j = 0; j < taps; ++j) {
    int y = y0 + j;
    if (!inside) {
      if (border == Border::constant && (y < 0 || y >= image.height)) continue;
      y = std::clamp(y, 0, image.height - 1);
    }
    const T* row = image.row(y);
    std::array<float, channels> line{};
    for (int i = 0; i < taps; ++i) {
      int x = x0 + i;
      if (!inside) {
        if (border == Border::constant && (x < 0 || x >= image.width)) continue;
        x = std::clamp(x, 0, image.width - 1);
      }
      for (int c = 0; c < channels; ++c)
        line[static_cast<std::size_t>(c)] += wx[i] * static_cast<float>(row[x * channels + c]);
    }
    for (std::size_t c = 0; c < channels; ++c) sum[c] += wy[j] * line[c];
  }
  for (std::size_t c = 0; c < channels; ++c) out[c] = stored<T>(sum[c]);
}

template <class T, int taps, int channels>
void fill(const Image<T>& image, const Affine& in_from_out, Border border, void (*weigh)(float, float*),
          Image<T>& out) {
  std::array<float, taps> wx, wy;
  for (int y = 0; y < out.height; ++y) {
    T* pixel = out.row(y);
    for (int x = 0; x < out.width; ++x, pixel += channels) {
      const Point p = in_from_out({double(x), double(y)});
      // Far outside everything is border; the clamp keeps the conversion to int defined.
      const double px = std::clamp(p.x, -1e6, 1e6), py = std::clamp(p.y, -1e6, 1e6);
      const double fx = std::floor(px), fy = std::floor(py);
      weigh(static_cast<float>(px - fx), wx.data());
      weigh(static_cast<float>(py - fy), wy.data());
      sample<T, taps, channels>(image, static_cast<int>(fx) - taps / 2 + 1, static_cast<int>(fy) - taps / 2 + 1,
                                wx.data(), wy.data(), border, pixel);
    }
  }
}

template <class T, int channels>
void fill(const Image<T>& image, const Affine& map, Interpolation interpolation, Border border, Image<T>& out) {
  switch (interpolation) {
    case Interpolation::linear:
      return fill<T, 2, channels>(image, map, border, linear_taps, out);
    case Interpolation::cubic:
      return fill<T, 4, channels>(image, map, border, cubic_taps, out);
    case Interpolation::lanczos4:
      return fill<T, 8, channels>(image, map, border, lanczos_taps, out);
    default:
      check(false, "warp_exact is linear, cubic or lanczos4");
  }
}

}  // namespace

template <class T>
Image<T> warp_exact(const Image<T>& image, const Affine& out_from_in, int width, int height,
                    Interpolation interpolation, Border border) {
  check(image.channels == 1 || image.channels == 3 || image.channels == 4, "1, 3 or 4 channels");
  Image<T> out(width, height, image.channels);
  if (image.empty() || out.empty()) return out;
  const Affine map = out_from_in.inverse();
  if (image.channels == 1) fill<T, 1>(image, map, interpolation, border, out);
  if (image.channels == 3) fill<T, 3>(image, map, interpolation, border, out);
  if (image.channels == 4) fill<T, 4>(image, map, interpolation, border, out);
  return out;
}

template ImageU8 warp_exact(const ImageU8&, const Affine&, int, int, Interpolation, Border);
template ImageF warp_exact(const ImageF&, const Affine&, int, int, Interpolation, Border);

}  // namespace understudy
