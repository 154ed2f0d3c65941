// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/face_grade.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <span>
#include <vector>

#include "lib/base/hash.hpp"

namespace understudy {
namespace {

// Stops are of light; the pictures are encoded with about this power.
constexpr double encoding_gamma = 2.4;
// Weights of BT.709's luma.
constexpr float blue_weight = 0.0722f, green_weight = 0.7152f, red_weight = 0.2126f;

float luma_of(const float* bgr) { return blue_weight * bgr[0] + green_weight * bgr[1] + red_weight * bgr[2]; }

// What each channel is multiplied by; warm is more red and less blue, tint above 0 is magenta. Grey keeps its luma.
std::array<float, 3> gains_of(const MergeSettings& s) {
  constexpr double reach = 0.003;  // of a channel's gain for a step of the setting
  std::array<double, 3> gains{1 - reach * s.temperature, 1 - reach * s.tint, 1 + reach * s.temperature};
  const double luma = blue_weight * gains[0] + green_weight * gains[1] + red_weight * gains[2];
  const double exposure = std::exp2(s.exposure / encoding_gamma) / luma;
  return {static_cast<float>(gains[0] * exposure), static_cast<float>(gains[1] * exposure),
          static_cast<float>(gains[2] * exposure)};
}

// Immerkaer's operator at one pixel: it takes out what is constant, linear or quadratic.
float high_pass(const ImageF& image, int x, int y, int c) {
  const auto at = [&](int dx, int dy) { return image.at(x + dx, y + dy, c); };
  return at(-1, -1) - 2 * at(0, -1) + at(1, -1) - 2 * at(-1, 0) + 4 * at(0, 0) - 2 * at(1, 0) + at(-1, 1) -
         2 * at(0, 1) + at(1, 1);
}
constexpr double operator_norm = 6;  // its response to white noise of deviation 1

constexpr int block = 8;

// The mean deviation in a block, made the noise's standard deviation as of a normal distribution.
double block_noise(const ImageF& image, int x0, int y0, int c) {
  double sum = 0;
  for (int y = y0; y < y0 + block; ++y)
    for (int x = x0; x < x0 + block; ++x) sum += std::abs(high_pass(image, x, y, c));
  return std::sqrt(std::numbers::pi / 2) * sum / (block * block) / operator_norm;
}

bool inside(const ImageF& mask, int x0, int y0) {
  if (mask.empty()) return true;
  for (const int y : {y0, y0 + block - 1})
    for (const int x : {x0, x0 + block - 1})
      if (mask.at(x, y) <= 0.5f) return false;
  return true;
}

}  // namespace

bool changes_face(const MergeSettings& s) {
  return s.exposure != 0 || s.contrast != 0 || s.saturation != 0 || s.temperature != 0 || s.tint != 0 || s.gamma != 1 ||
         s.grain != 0;
}

void grade(ImageF& face, const MergeSettings& s, float most) {
  const auto gains = gains_of(s);
  const auto power = static_cast<float>(1 / s.gamma), contrast = static_cast<float>(1 + s.contrast / 100),
             saturation = static_cast<float>(1 + s.saturation / 100);
  for (std::size_t i = 0; i + 2 < face.data.size(); i += 3) {
    float* p = &face.data[i];
    for (std::size_t c = 0; c < 3; ++c) {
      p[c] = std::max(p[c] * gains[c], 0.0f);
      if (s.gamma != 1) p[c] = std::pow(p[c], power);
      p[c] = (p[c] - 0.5f) * contrast + 0.5f;
    }
    const float luma = luma_of(p);
    for (std::size_t c = 0; c < 3; ++c) p[c] = std::clamp(luma + (p[c] - luma) * saturation, 0.0f, most);
  }
}

std::array<double, 3> noise_of(const ImageF& bgr, const ImageF& mask) {
  std::array<std::vector<double>, 3> found;
  for (int y = 1; y + block < bgr.height; y += block) {
    for (int x = 1; x + block < bgr.width; x += block) {
      if (!inside(mask, x, y)) continue;
      for (int c = 0; c < 3; ++c) found[static_cast<std::size_t>(c)].push_back(block_noise(bgr, x, y, c));
    }
  }
  std::array<double, 3> noise{};
  constexpr std::size_t enough = 4;
  for (std::size_t c = 0; c < 3; ++c) {
    if (found[c].size() < enough) continue;
    const auto middle = found[c].begin() + static_cast<std::ptrdiff_t>(found[c].size() / 2);
    std::ranges::nth_element(found[c], middle);
    noise[c] = *middle;
  }
  return noise;
}

void add_grain(ImageF& face, const ImageF& plate, const ImageF& mask, double part) {
  const auto wanted = noise_of(plate, mask), own = noise_of(face, mask);
  std::array<double, 3> missing{};
  for (std::size_t c = 0; c < 3; ++c)
    missing[c] = std::sqrt(std::max(0.0, part * part * wanted[c] * wanted[c] - own[c] * own[c]));
  const auto bytes = std::as_bytes(std::span(plate.data));
  std::mt19937_64 random(xxh3({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, 0));
  std::normal_distribution<double> normal;
  for (std::size_t i = 0; i < face.data.size(); ++i) {
    if (mask.data[i / 3] <= 0) continue;
    face.data[i] = std::clamp(face.data[i] + static_cast<float>(missing[i % 3] * normal(random)), 0.0f, 1.0f);
  }
}

}  // namespace understudy
