// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/camera_look.hpp"

#include "lib/face/synthetic/dice.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/warp.hpp"

namespace understudy::synthetic {

namespace {

constexpr std::int32_t camera_stream = 77003, noise_stream = 77004;

float to_srgb(float v) { return v <= 0.0031308f ? 12.92f * v : 1.055f * std::pow(v, 1 / 2.4f) - 0.055f; }
int odd_kernel(float sigma) { return 2 * static_cast<int>(std::ceil(2.5f * sigma)) + 1; }

bool needs_light(const CameraLook& look) {
  const Colour w = look.white_balance;
  return look.defocus > 0 || look.motion > 0 || look.exposure != 0 || look.vignette > 0 || w.r != 1 || w.g != 1 ||
         w.b != 1;
}

// Lens and exposure work on light, before the sensor.
void expose(ImageF& image, const CameraLook& look, float unit) {
  if (!needs_light(look)) return;
  std::array<float, 256> table;
  for (int i = 0; i < 256; ++i) table[static_cast<std::size_t>(i)] = to_linear(static_cast<float>(i) / 255);
  for (float& v : image.data) v = table[static_cast<std::size_t>(v * 255 + 0.5f)];
  if (look.defocus > 0) image = gaussian_blur(image, odd_kernel(look.defocus * unit), look.defocus * unit);
  const int smear = static_cast<int>(look.motion * unit + 0.5f) | 1;
  if (look.motion > 0 && smear > 1) image = motion_blur(image, smear, look.motion_angle);
  const float gain = std::exp2(look.exposure);
  const std::array<float, 3> factor{gain * look.white_balance.b, gain * look.white_balance.g,
                                    gain * look.white_balance.r};
  const float cx = 0.5f * static_cast<float>(image.width), cy = 0.5f * static_cast<float>(image.height);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const float dx = (static_cast<float>(x) - cx) / cx, dy = (static_cast<float>(y) - cy) / cy;
      const float fall = 1 - look.vignette * 0.5f * (dx * dx + dy * dy);
      for (int c = 0; c < 3; ++c)
        image.at(x, y, c) = to_srgb(clamp01(image.at(x, y, c) * factor[static_cast<std::size_t>(c)] * fall));
    }
  }
}

void shrink_and_back(ImageF& image, float times) {
  if (times <= 1) return;
  const int w = std::max(8, static_cast<int>(static_cast<float>(image.width) / times)),
            h = std::max(8, static_cast<int>(static_cast<float>(image.height) / times));
  image = resize(resize(image, w, h, Interpolation::area), image.width, image.height, Interpolation::cubic);
}

// Near-normal noise of deviation 1, in cells of `size` px.
ImageF noise_field(int width, int height, float size, int channels, std::int32_t seed) {
  const int w = std::max(2, static_cast<int>(static_cast<float>(width) / size)),
            h = std::max(2, static_cast<int>(static_cast<float>(height) / size));
  ImageF field(w, h, channels);
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w * channels; ++x) {
      const std::uint32_t bits = hash(x, y, seed);
      const auto part = [&](int shift) { return static_cast<float>(bits >> shift & 0xff); };
      field.row(y)[x] = (part(0) + part(8) + part(16) + part(24) - 510) * (1 / 147.8f);
    }
  }
  return w == width && h == height ? field : resize(field, width, height, Interpolation::cubic);
}

void add_noise(ImageF& image, const CameraLook& look, float unit) {
  if (look.noise <= 0 && look.colour_noise <= 0) return;
  const auto seed = static_cast<std::int32_t>(hash(static_cast<std::int32_t>(look.seed), 1, noise_stream));
  const float cell = std::max(1.0f, look.grain_size * unit);
  const ImageF luma = noise_field(image.width, image.height, cell, 1, seed);
  const ImageF chroma = noise_field(image.width, image.height, 2 * cell, 3, seed + 1);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        float& v = image.at(x, y, c);
        // Strongest in the mid-tones and shadows, where a photograph's curve is steep.
        const float weight = (1.2f - 0.7f * v) / 255;
        v = clamp01(v + weight * (look.noise * luma.at(x, y) + look.colour_noise * chroma.at(x, y, c)));
      }
    }
  }
}

void develop(ImageF& image, const CameraLook& look) {
  if (look.gamma == 1 && look.contrast == 1 && look.saturation == 1 && look.lift == 0) return;
  for (std::size_t i = 0; i + 2 < image.data.size(); i += 3) {
    float* v = &image.data[i];
    const float grey = 0.114f * v[0] + 0.587f * v[1] + 0.299f * v[2];
    for (int c = 0; c < 3; ++c) {
      float t = clamp01(grey + (v[c] - grey) * look.saturation);
      if (look.gamma != 1) t = std::pow(t, look.gamma);
      t = 0.45f + (t - 0.45f) * look.contrast;
      v[c] = clamp01(look.lift + (1 - look.lift) * t);
    }
  }
}

void sharpen(ImageF& image, float amount, float unit) {
  if (amount <= 0) return;
  const float sigma = 1.1f * unit;
  const ImageF soft = gaussian_blur(image, odd_kernel(sigma), sigma);
  for (std::size_t i = 0; i < image.data.size(); ++i)
    image.data[i] = clamp01(image.data[i] + amount * (image.data[i] - soft.data[i]));
}

ImageU8 to_bytes(const ImageF& image) {
  ImageU8 out(image.width, image.height, image.channels);
  for (std::size_t i = 0; i < out.data.size(); ++i)
    out.data[i] = static_cast<std::uint8_t>(clamp01(image.data[i]) * 255 + 0.5f);
  return out;
}

// Across the edges of the 8 px blocks, as the in-loop filters of video codecs.
void smooth_block_edges(ImageU8& image) {
  const ImageU8 before = image;
  const auto soft = [&](int x, int y, int dx, int dy, int c) {
    return static_cast<std::uint8_t>(
        (before.at(x - dx, y - dy, c) + 2 * before.at(x, y, c) + before.at(x + dx, y + dy, c) + 2) / 4);
  };
  for (int y = 1; y + 1 < image.height; ++y) {
    for (int x = 1; x + 1 < image.width; ++x) {
      const bool across = x % 8 == 0 || x % 8 == 7, down = y % 8 == 0 || y % 8 == 7;
      if (!across && !down) continue;
      for (int c = 0; c < image.channels; ++c) image.at(x, y, c) = soft(x, y, across ? 1 : 0, across ? 0 : 1, c);
    }
  }
}

Result<> compress(ImageU8& image, const CameraLook& look) {
  if (look.jpeg <= 0) return {};
  TRY(const Bytes file, encode_jpeg(image, {.quality = look.jpeg}));
  TRY(image, decode_image(file));
  if (look.video) smooth_block_edges(image);
  return {};
}

void draw_lens(CameraLook& look, Dice& dice, float bad) {
  if (dice.chance(0.3f + 0.3f * bad)) look.defocus = dice.between(0.2f, 0.6f + 1.6f * bad);
  if (dice.chance(0.12f + 0.3f * bad)) look.motion = dice.between(2, 3 + 7 * bad);
  look.motion_angle = dice.between(0, 180);
  if (dice.chance(0.4f)) look.vignette = dice.between(0.05f, 0.5f);
  look.exposure = dice.chance(0.15f) ? dice.between(-1.4f, 1.0f) : dice.bell(0.25f);
  const float warm = dice.bell(0.08f), green = dice.bell(0.03f);
  look.white_balance = {1 + warm, 1 + green, 1 - warm};
}

}  // namespace

CameraLook wild_camera(std::uint32_t seed) {
  Dice dice(seed, camera_stream);
  CameraLook look;
  look.seed = seed;
  const float luck = dice.unit(), bad = luck * luck;  // most cameras are good ones
  draw_lens(look, dice, bad);
  if (dice.chance(0.25f + 0.4f * bad)) look.shrink = dice.between(1.1f, 1.5f + 2.0f * bad);
  if (dice.chance(0.5f)) look.noise = dice.between(0.5f, 2.0f + 8.0f * bad);
  if (dice.chance(0.35f)) look.colour_noise = dice.between(0.3f, 2.0f + 7.0f * bad);
  look.grain_size = dice.chance(0.4f) ? dice.between(1, 2.2f) : 1;
  look.gamma = 1 + dice.bell(0.10f);
  look.contrast = 1 + dice.bell(0.09f);
  look.saturation = dice.chance(0.04f) ? 0 : std::max(0.0f, 1 + dice.bell(0.17f));
  look.lift = dice.chance(0.3f) ? dice.between(0, 0.09f) : 0;
  if (dice.chance(0.35f)) look.sharpen = dice.between(0.2f, 1.5f);
  if (dice.chance(0.75f)) look.jpeg = static_cast<int>(dice.between(70 - 50 * bad, 97));
  look.video = dice.chance(0.5f);
  return look;
}

Result<> apply_camera(ImageU8& frame_bgr, const CameraLook& look) {
  const float unit = static_cast<float>(frame_bgr.height) / 256;
  ImageF image(frame_bgr.width, frame_bgr.height, 3);
  for (std::size_t i = 0; i < image.data.size(); ++i) image.data[i] = static_cast<float>(frame_bgr.data[i]) / 255;
  expose(image, look, unit);
  shrink_and_back(image, look.shrink);
  for (float& v : image.data) v = clamp01(v);
  add_noise(image, look, unit);
  develop(image, look);
  sharpen(image, look.sharpen, unit);
  frame_bgr = to_bytes(image);
  return compress(frame_bgr, look);
}

}  // namespace understudy::synthetic
