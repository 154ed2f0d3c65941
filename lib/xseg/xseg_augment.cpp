// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/xseg_augment.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"
#include "lib/training/samples.hpp"

namespace understudy {
namespace {

bool coin(CounterRandom& random, double chance = 0.5) { return random.uniform() < chance; }
int whole(CounterRandom& random, int lo, int hi) {  // lo..hi
  return lo + static_cast<int>(random.below(static_cast<std::uint64_t>(hi - lo + 1)));
}
int odd(int n) { return n | 1; }

void binarise(ImageF& mask) {
  for (float& v : mask.data) v = v >= 0.5f ? 1.0f : 0.0f;
}

// a + (b - a) weight, with a weight per pixel.
void mix(ImageF& a, const ImageF& b, const ImageF& weight) {
  for (std::size_t i = 0; i < weight.data.size(); ++i) {
    for (std::size_t c = 3 * i; c < 3 * i + 3; ++c) a.data[c] += (b.data[c] - a.data[c]) * weight.data[i];
  }
}

ImageF random_hsv(const ImageF& bgr, CounterRandom& random) {
  const double hue = static_cast<double>(random.below(360)), s = random.uniform(-0.5, 0.5);
  return shift_hsv(bgr, hue, s, random.uniform(-0.5, 0.5));
}

ImageF recoloured(const ImageF& bgr, CounterRandom& random) {
  return coin(random) ? random_hsv(bgr, random) : random_rgb_levels(bgr, random);
}

// Rows 1 of the table: what surrounds another face, turned anyhow, shows through around this one.
void mix_background(XsegSample& sample, const XsegSample& other, CounterRandom& random) {
  const int w = sample.bgr.width;
  SampleDraw draw;
  draw.rotation_deg = random.uniform(-180, 180);
  draw.scale = random.uniform(1 / 1.1, 1.1);
  draw.shift_x = random.uniform(-0.1, 0.1);
  draw.shift_y = random.uniform(-0.1, 0.1);
  draw.flip = coin(random, 0.4);
  const Affine affine = sample_affine(w, draw);
  ImageF bgr = warp(other.bgr, affine, w, w, Interpolation::cubic, Border::replicate);
  ImageF mask = warp(other.mask, affine, w, w, Interpolation::cubic, Border::constant);
  if (draw.flip) {
    bgr = flip_horizontal(bgr);
    mask = flip_horizontal(mask);
  }
  clamp_01(bgr);
  binarise(mask);
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    for (std::size_t c = 3 * i; c < 3 * i + 3; ++c) bgr.data[c] *= 1 - mask.data[i];
  }
  bgr = recoloured(bgr, random);
  const auto rate = static_cast<float>(random.uniform(0.15, 1));
  ImageF weight(w, sample.bgr.height, 1);
  for (std::size_t i = 0; i < weight.data.size(); ++i)
    weight.data[i] = (1 - rate) * (1 - std::max(mask.data[i], sample.mask.data[i]));
  mix(sample.bgr, bgr, weight);
}

// Row 2: as every sample is moved, with its grid of little shifts.
void move(XsegSample& sample, CounterRandom& random) {
  SampleRules rules;
  rules.resolution = sample.bgr.width;
  rules.scale = rules.shift = 0.05;
  rules.flip_probability = 0.4;
  const SampleDraw draw = draw_sample(random, rules);
  const int w = sample.bgr.width;
  const WarpMaps maps = warp_maps(w, draw.cell_size, draw.noise_x, draw.noise_y);
  const Affine affine = sample_affine(w, draw);
  auto moved = [&](const ImageF& image, Border border) {
    ImageF out = remap(image, maps.x, maps.y, Interpolation::cubic, border);
    out = warp(out, affine, w, w, Interpolation::cubic, border);
    return draw.flip ? flip_horizontal(out) : out;
  };
  sample.bgr = moved(sample.bgr, Border::replicate);
  sample.mask = moved(sample.mask, Border::constant);
  clamp_01(sample.bgr);
  binarise(sample.mask);
}

// Rows 3 and 4: light of the face, or of what is around it, strays over all.
void glow(XsegSample& sample, bool of_face, CounterRandom& random) {
  ImageF lit = sample.bgr;
  for (std::size_t i = 0; i < sample.mask.data.size(); ++i) {
    const float keep = of_face ? sample.mask.data[i] : 1 - sample.mask.data[i];
    for (std::size_t c = 3 * i; c < 3 * i + 3; ++c) lit.data[c] *= keep;
  }
  const int kernel = whole(random, 64, 254) * lit.width / 256;  // the original's pictures have 256 pixels
  const ImageF blurred = gaussian_blur(lit, odd(kernel));
  for (std::size_t i = 0; i < blurred.data.size(); ++i) sample.bgr.data[i] += blurred.data[i];
}

ImageF randomly_sharpened(const ImageF& bgr, CounterRandom& random) {
  const int kernel = odd(whole(random, 1, 5));
  const bool box = coin(random);
  const int amount = whole(random, 0, box ? 9 : 49);
  if (amount == 0 || kernel == 1) return bgr;
  return blur_sharpen(bgr, box ? Sharpen::box : Sharpen::gaussian, kernel, amount);
}

ImageF through_small(const ImageF& bgr, CounterRandom& random) {
  const auto how = coin(random) ? Interpolation::nearest : Interpolation::linear;
  const double left = 1 - 0.75 * random.uniform();
  const int w = std::max(1, static_cast<int>(bgr.width * left)), h = std::max(1, static_cast<int>(bgr.height * left));
  return resize(resize(bgr, w, h, how), bgr.width, bgr.height, how);
}

ImageF through_jpeg(const ImageF& bgr, CounterRandom& random) {
  const int quality = whole(random, 10, 100);
  const auto jpeg = encode_jpeg(to_u8_rounded(bgr), {.quality = quality});
  if (!jpeg) return bgr;
  const auto back = decode_image(*jpeg);
  return back ? to_float(*back) : bgr;
}

template <class Effect>
void through_circle(XsegSample& sample, CounterRandom& random, const Effect& effect) {
  const ImageF circle = random_circle(sample.bgr.width, sample.bgr.height, random);
  mix(sample.bgr, effect(sample.bgr, random), circle);
}

// Rows 5 to 8.
void degrade(XsegSample& sample, CounterRandom& random) {
  through_circle(sample, random, recoloured);
  if (coin(random)) {
    if (coin(random, 0.25)) through_circle(sample, random, randomly_sharpened);
  } else {
    if (coin(random, 0.25)) {
      through_circle(sample, random, [](const ImageF& bgr, CounterRandom& r) {
        const int size = whole(r, 1, 5);
        return motion_blur(bgr, size, whole(r, 0, 359));
      });
    }
    if (coin(random, 0.25)) {
      through_circle(sample, random,
                     [](const ImageF& bgr, CounterRandom& r) { return gaussian_blur(bgr, odd(whole(r, 1, 9))); });
    }
  }
  if (coin(random, 0.25)) through_circle(sample, random, through_small);
  clamp_01(sample.bgr);
  if (coin(random, 0.25)) through_circle(sample, random, through_jpeg);
  clamp_01(sample.bgr);
}

}  // namespace

ImageF random_rgb_levels(const ImageF& bgr, CounterRandom& random) {
  ImageF out = bgr;
  for (std::size_t c = 0; c < 3; ++c) {
    const double in_black = random.uniform(0, 0.25), in_white = random.uniform(0.75, 1),
                 gamma = random.uniform(0.5, 1.5), out_black = random.uniform(0, 0.25),
                 out_white = random.uniform(0.75, 1);
    for (std::size_t i = c; i < out.data.size(); i += 3) {
      const double v = std::clamp((out.data[i] - in_black) / (in_white - in_black), 0.0, 1.0);
      out.data[i] =
          static_cast<float>(std::clamp(std::pow(v, 1 / gamma) * (out_white - out_black) + out_black, 0.0, 1.0));
    }
  }
  return out;
}

ImageF random_circle(int width, int height, CounterRandom& random) {
  const double x0 = random.uniform(0, width), y0 = random.uniform(0, height);
  const int inner = whole(random, 0, 256), fade = inner + whole(random, 0, 256 - inner);
  const double size = width / 256.0, over = (fade == 0 ? 1 : fade) * size;
  ImageF weight(width, height, 1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double distance = std::hypot(x - x0, y - y0);
      weight.at(x, y) = static_cast<float>(std::clamp(1 - (distance - inner * size) / over, 0.0, 1.0));
    }
  }
  return weight;
}

XsegSample moved(const XsegSample& given, const XsegSample* other, CounterRandom& random) {
  XsegSample sample = given;
  if (coin(random) && other != nullptr) mix_background(sample, *other, random);
  move(sample, random);
  return sample;
}

XsegSample augmented(const XsegSample& given, const XsegSample* other, CounterRandom& random) {
  XsegSample sample = moved(given, other, random);
  if (coin(random)) glow(sample, /*of_face=*/true, random);
  if (coin(random)) glow(sample, /*of_face=*/false, random);
  degrade(sample, random);
  return sample;
}

}  // namespace understudy
