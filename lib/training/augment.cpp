// SPDX-License-Identifier: Apache-2.0
#include "lib/training/augment.hpp"

#include <algorithm>
#include <cmath>

#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

constexpr std::uint64_t noise_stream = 6;

// Sizes in between are met too: area averaging down, cubic up.
void make_small(ImageF& bgr, double part) {
  const int w = std::max(4, static_cast<int>(std::lround(bgr.width * part)));
  const int h = std::max(4, static_cast<int>(std::lround(bgr.height * part)));
  bgr = resize(resize(bgr, w, h, Interpolation::area), bgr.width, bgr.height, Interpolation::cubic);
  clamp_01(bgr);
}

void make_soft(ImageF& bgr, double sigma) {
  bgr = gaussian_blur(bgr, 2 * static_cast<int>(std::ceil(3 * sigma)) + 1, sigma);
  clamp_01(bgr);
}

void make_noisy(ImageF& bgr, double sigma, std::uint64_t seed) {
  CounterRandom random(seed, noise_stream, 0);
  for (float& v : bgr.data) v += static_cast<float>(sigma * random.normal());
  clamp_01(bgr);
}

void compress(ImageF& bgr, int quality) {
  const auto file = encode_jpeg(to_u8_rounded(bgr), {.quality = quality});
  check(file.has_value(), "a picture in memory can be compressed");
  const auto image = decode_image(*file);
  check(image.has_value(), "what was just compressed can be read");
  bgr = to_float(*image);
}

}  // namespace

AugmentDraw draw_augment(CounterRandom& random, const AugmentRules& rules, int resolution) {
  AugmentDraw draw;
  const auto happens = [&random](double probability) { return probability > 0 && random.uniform() < probability; };
  if (happens(rules.downscale)) draw.downscale = random.uniform(0.4, 0.9);
  if (happens(rules.blur)) draw.blur_sigma = random.uniform(0.3, std::max(0.6, resolution / 64.0));
  if (happens(rules.noise)) {
    draw.noise_sigma = random.uniform(0.005, 0.04);
    draw.noise_seed = random.next();
  }
  if (happens(rules.jpeg)) draw.jpeg_quality = 20 + static_cast<int>(random.below(71));
  return draw;
}

void augment(ImageF& bgr, const AugmentDraw& draw) {
  if (draw.downscale > 0) make_small(bgr, draw.downscale);
  if (draw.blur_sigma > 0) make_soft(bgr, draw.blur_sigma);
  if (draw.noise_sigma > 0) make_noisy(bgr, draw.noise_sigma, draw.noise_seed);
  if (draw.jpeg_quality > 0) compress(bgr, draw.jpeg_quality);
}

}  // namespace understudy
