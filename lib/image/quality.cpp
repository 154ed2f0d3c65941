// SPDX-License-Identifier: Apache-2.0
#include "lib/image/quality.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/result.hpp"
#include "lib/image/filter.hpp"

namespace understudy {

namespace {

constexpr double no_difference_db = 100;

ImageF luma(const ImageU8& bgr) {
  ImageF out(bgr.width, bgr.height, 1);
  for (std::size_t i = 0; i < out.data.size(); ++i) {
    out.data[i] = 0.114f * bgr.data[i * 3] + 0.587f * bgr.data[i * 3 + 1] + 0.299f * bgr.data[i * 3 + 2];
  }
  return out;
}

ImageF product(const ImageF& a, const ImageF& b) {
  ImageF out = a;
  for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] *= b.data[i];
  return out;
}

double masked_ssim(const ImageF& a, const ImageF& b, const ImageU8& mask) {
  constexpr double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;
  const auto mean = [](const ImageF& image) { return gaussian_blur(image, 11, 1.5); };
  const ImageF ma = mean(a), mb = mean(b), maa = mean(product(a, a)), mbb = mean(product(b, b)),
               mab = mean(product(a, b));
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    const double w = mask.data[i] / 255.0;
    if (w <= 0) continue;
    const double x = ma.data[i], y = mb.data[i];
    const double vx = maa.data[i] - x * x, vy = mbb.data[i] - y * y, vxy = mab.data[i] - x * y;
    sum += w * ((2 * x * y + c1) * (2 * vxy + c2)) / ((x * x + y * y + c1) * (vx + vy + c2));
    weights += w;
  }
  return sum / weights;
}

}  // namespace

Likeness likeness(const ImageU8& a, const ImageU8& b, const ImageU8& mask) {
  check(a.channels == 3 && b.channels == 3 && mask.channels == 1,
        "likeness() takes BGR pictures and a one-channel mask");
  check(a.width == b.width && a.height == b.height && a.width == mask.width && a.height == mask.height,
        "likeness() takes pictures of one size");
  double squares = 0, pixels = 0;
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    const double w = mask.data[i] / 255.0;
    if (w <= 0) continue;
    for (std::size_t c = 0; c < 3; ++c) {
      const double d = static_cast<double>(a.data[i * 3 + c]) - b.data[i * 3 + c];
      squares += w * d * d;
    }
    pixels += w;
  }
  if (pixels <= 0) return {};
  const double error = squares / (3 * pixels);
  const double psnr = error > 0 ? std::min(no_difference_db, 10 * std::log10(255.0 * 255.0 / error)) : no_difference_db;
  return {psnr, masked_ssim(luma(a), luma(b), mask), pixels};
}

}  // namespace understudy
