// SPDX-License-Identifier: Apache-2.0
#include "lib/score/truth.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/result.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/quality.hpp"

namespace understudy::score {
namespace {

constexpr std::size_t terms = 4;  // blue, green, red, one
using Normal = std::array<std::array<double, terms + 3>, terms>;

// Gauss-Jordan on the normal equations; they are positive definite by the ridge.
void solve(Normal& n) {
  for (std::size_t i = 0; i < terms; ++i) {
    const double pivot = n[i][i];
    for (auto& v : n[i]) v /= pivot;
    for (std::size_t r = 0; r < terms; ++r) {
      if (r == i) continue;
      const double factor = n[r][i];
      for (std::size_t c = 0; c < n[r].size(); ++c) n[r][c] -= factor * n[i][c];
    }
  }
}

Nearness nearness(const ImageU8& picture, const ImageU8& truth, const ImageU8& mask) {
  const Likeness alike = likeness(picture, truth, mask);
  const ImageF difference = perceptual_difference(picture, truth);
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    sum += mask.data[i] * difference.data[i];
    weights += mask.data[i];
  }
  return {alike.psnr, alike.ssim, weights > 0 ? sum / weights : 0};
}

struct Box {
  int x0, y0, x1, y1;
};
// Around the mask, with room for the windows of SSIM and FLIP.
Box around(const ImageU8& mask) {
  constexpr int room = 16;
  Box b{mask.width, mask.height, 0, 0};
  for (int y = 0; y < mask.height; ++y) {
    const auto* row = mask.row(y);
    for (int x = 0; x < mask.width; ++x) {
      if (row[x] == 0) continue;
      b = {std::min(b.x0, x), std::min(b.y0, y), std::max(b.x1, x + 1), std::max(b.y1, y + 1)};
    }
  }
  return {std::max(0, b.x0 - room), std::max(0, b.y0 - room), std::min(mask.width, b.x1 + room),
          std::min(mask.height, b.y1 + room)};
}

}  // namespace

ColourFit fit_colours(const ImageU8& picture, const ImageU8& truth, const ImageU8& mask) {
  constexpr double ridge = 1e-3;  // towards the identity: levels squared a pixel, nothing beside any real variance
  Normal n{};
  double weight = 0;
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    if (mask.data[i] == 0) continue;
    const double w = mask.data[i] / 255.0;
    const std::array<double, terms> x{static_cast<double>(picture.data[3 * i]),
                                      static_cast<double>(picture.data[3 * i + 1]),
                                      static_cast<double>(picture.data[3 * i + 2]), 1};
    for (std::size_t r = 0; r < terms; ++r) {
      for (std::size_t c = 0; c < terms; ++c) n[r][c] += w * x[r] * x[c];
      for (std::size_t k = 0; k < 3; ++k) n[r][terms + k] += w * x[r] * truth.data[3 * i + k];
    }
    weight += w;
  }
  ColourFit fit{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  if (weight < 16) return fit;
  for (std::size_t r = 0; r < terms; ++r) {
    n[r][r] += ridge * weight;
    if (r < 3) n[r][terms + r] += ridge * weight;
  }
  solve(n);
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t r = 0; r < terms; ++r) fit[terms * k + r] = n[r][terms + k];
  }
  return fit;
}

ImageU8 with_colours(const ImageU8& picture, const ColourFit& fit) {
  ImageU8 out(picture.width, picture.height, 3);
  for (std::size_t i = 0; i < out.data.size(); i += 3) {
    for (std::size_t k = 0; k < 3; ++k) {
      const double v = fit[4 * k] * picture.data[i] + fit[4 * k + 1] * picture.data[i + 1] +
                       fit[4 * k + 2] * picture.data[i + 2] + fit[4 * k + 3];
      out.data[i + k] = static_cast<std::uint8_t>(std::clamp(v, 0.0, 255.0) + 0.5);
    }
  }
  return out;
}

TruthMeasures compare_with_truth(const ImageU8& picture, const ImageU8& truth, const ImageU8& mask) {
  check(picture.width == truth.width && picture.height == truth.height && picture.width == mask.width &&
            picture.height == mask.height,
        "compare_with_truth() takes pictures of one size");
  const Box b = around(mask);
  if (b.x1 <= b.x0) return {};
  const auto cut = [&](const ImageU8& image) { return crop(image, b.x0, b.y0, b.x1 - b.x0, b.y1 - b.y0); };
  const ImageU8 p = cut(picture), t = cut(truth), m = cut(mask);
  return {nearness(p, t, m), nearness(with_colours(p, fit_colours(p, t, m)), t, m)};
}

}  // namespace understudy::score
