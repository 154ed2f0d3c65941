// SPDX-License-Identifier: Apache-2.0
#include "lib/training/samples.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lib/face/face_mask.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/warp.hpp"
#include "lib/training/sample_transfer.hpp"

namespace understudy {
namespace {

void multiply(ImageF& image, float factor) {
  for (float& v : image.data) v *= factor;
}

// Full-face mask at the face's own size: the stored XSeg mask alone, or the hull (spec 3.7).
Result<ImageF> full_mask(const ImageU8& image, const FaceInfo& info) {
  TRY(auto stored, stored_mask(info, image.width, image.height));
  if (stored) return *std::move(stored);
  return hull_mask(image.width, image.height, info.landmarks, info.eyebrows_expand_mod);
}

ImageF eyes_mouth_inside(const ImageU8& image, const FaceInfo& info, const ImageF& full) {
  ImageF mask = eyes_mouth_mask(image.width, image.height, info.landmarks);
  for (std::size_t i = 0; i < mask.data.size(); ++i) mask.data[i] *= full.data[i] != 0 ? 1.0f : 0.0f;
  return mask;
}

}  // namespace

int warp_size(int resolution) { return std::max(64, resolution); }

SampleDraw draw_sample(CounterRandom& random, const SampleRules& rules) {
  SampleDraw draw;
  const double rotation = rules.rotation_deg * rules.move, scale = 1 + rules.scale * rules.move;
  const double shift = rules.shift * rules.move;
  draw.rotation_deg = random.uniform(-rotation, rotation);
  draw.scale = random.uniform(1 / scale, scale);
  draw.shift_x = random.uniform(-shift, shift);
  draw.shift_y = random.uniform(-shift, shift);
  draw.flip = random.uniform() < rules.flip_probability;
  if (rules.hsv_power > 0) {
    const int hue = std::max(1, static_cast<int>(180 * rules.hsv_power));
    draw.hue_deg = static_cast<double>(random.below(2 * hue + 1)) - hue;
    draw.saturation = random.uniform(-rules.hsv_power / 2, rules.hsv_power / 2);
    draw.value = random.uniform(-rules.hsv_power / 2, rules.hsv_power / 2);
  }
  const int w = warp_size(rules.resolution);
  draw.cell_size = w / (2 << random.below(3));
  const int inner = w / draw.cell_size - 1;
  auto truncated_normal = [&] {
    double z = random.normal();
    while (std::abs(z) > 2.5) z = random.normal();
    return z / 2.5;
  };
  for (int i = 0; i < inner * inner; ++i) draw.noise_x.push_back(truncated_normal());
  for (int i = 0; i < inner * inner; ++i) draw.noise_y.push_back(truncated_normal());
  if (is_random(rules.transfer)) draw.transfer_seed = random.next();
  draw.augment = draw_augment(random, rules.augment, rules.resolution);
  if (rules.warp_share < 1) draw.warped = random.uniform() < rules.warp_share;
  return draw;
}

WarpMaps warp_maps(int w, int cell_size, const std::vector<double>& noise_x, const std::vector<double>& noise_y) {
  const int nodes = w / cell_size + 1, inner = nodes - 2;
  check(static_cast<int>(noise_x.size()) == inner * inner && noise_y.size() == noise_x.size(),
        "warp noise of another grid");
  ImageF grid(nodes, nodes, 1);
  for (int r = 0; r < nodes; ++r) {
    for (int c = 0; c < nodes; ++c)
      grid.at(c, r) = static_cast<float>(w) * static_cast<float>(c) / static_cast<float>(nodes - 1);
  }
  // The original's two maps share memory, so both draws move both axes (spec 3.4): D = 0.24 cell (Z + Z'ᵀ), mapy =
  // mapxᵀ.
  for (int r = 0; r < inner; ++r) {
    for (int c = 0; c < inner; ++c)
      grid.at(c + 1, r + 1) += static_cast<float>(cell_size * 0.24 * (noise_x[r * inner + c] + noise_y[c * inner + r]));
  }
  WarpMaps maps;
  maps.x = crop(resize(grid, w + cell_size, w + cell_size, Interpolation::linear), cell_size / 2, cell_size / 2, w, w);
  maps.y = ImageF(w, w, 1);
  for (int r = 0; r < w; ++r) {
    for (int c = 0; c < w; ++c) maps.y.at(c, r) = maps.x.at(r, c);
  }
  return maps;
}

Affine sample_affine(int w, const SampleDraw& draw) {
  // Rotation about (w//2, w//2) with scale, as OpenCV's getRotationMatrix2D has it, then the shift.
  const double angle = draw.rotation_deg * std::numbers::pi / 180, centre = w / 2;
  const double a = draw.scale * std::cos(angle), b = draw.scale * std::sin(angle);
  return {{a, b, (1 - a) * centre - b * centre + draw.shift_x * w, -b, a,
           b * centre + (1 - a) * centre + draw.shift_y * w}};
}

ImageF shift_hsv(const ImageF& bgr, double hue_deg, double saturation, double value) {
  ImageF out = bgr;
  for (std::size_t i = 0; i < out.data.size(); i += 3) {
    float* p = &out.data[i];
    const float v = std::max({p[0], p[1], p[2]}), low = std::min({p[0], p[1], p[2]}), range = v - low;
    double h = 0;
    if (range > 0) {
      if (v == p[2])
        h = 60.0 * (p[1] - p[0]) / range;
      else if (v == p[1])
        h = 120 + 60.0 * (p[0] - p[2]) / range;
      else
        h = 240 + 60.0 * (p[2] - p[1]) / range;
    }
    double s = v > 0 ? range / v : 0;
    h = std::fmod(h + hue_deg + 720, 360);
    s = std::clamp(s + saturation, 0.0, 1.0);
    const double new_v = std::clamp(v + value, 0.0, 1.0);
    auto channel = [&](double n) {
      const double k = std::fmod(n + h / 60, 6);
      return static_cast<float>(new_v - new_v * s * std::clamp(std::min(k, 4 - k), 0.0, 1.0));
    };
    p[2] = channel(5);
    p[1] = channel(3);
    p[0] = channel(1);
  }
  return out;
}

Result<PreparedFace> prepare_face(const ImageU8& image, const FaceInfo& info, const SampleRules& rules) {
  const int r = rules.resolution;
  const bool other_type = info.face_type != rules.face_type;
  const Affine to_model = other_type ? face_matrix(info.landmarks, r, rules.face_type) : Affine{};
  // Images cubic with replicated border, masks linear with zero border (spec 3.3).
  auto bring = [&](const ImageF& x, Interpolation how, Border border) {
    if (other_type) return warp(x, to_model, r, r, how, border);
    return x.width == r && x.height == r ? x : resize(x, r, r, how);
  };
  PreparedFace face;
  face.bgr = bring(to_float(image), Interpolation::cubic, Border::replicate);
  TRY(const ImageF mask, full_mask(image, info));
  face.mask = bring(mask, Interpolation::linear, Border::constant);
  if (rules.eyes_mouth)
    face.eyes_mouth = bring(eyes_mouth_inside(image, info, mask), Interpolation::linear, Border::constant);
  return face;
}

Sample make_sample(const PreparedFace& face, const SampleRules& rules, const SampleDraw& draw,
                   const ImageU8* reference_bgr) {
  const int r = rules.resolution, w = warp_size(r);
  const Affine affine = sample_affine(w, draw);
  // Below 64 pixels all of it happens at 64 (spec 3.4).
  auto moved = [&](ImageF image, Interpolation how, Border border) {
    image = warp(image, affine, w, w, how, border);
    if (w != r) image = resize(image, r, r, how);
    if (draw.flip) image = flip_horizontal(image);
    clamp_01(image);
    return image;
  };
  auto widened = [&](const ImageF& image, Interpolation how) { return w == r ? image : resize(image, w, w, how); };
  const bool transfers = rules.transfer != SampleTransfer::none && reference_bgr != nullptr;
  const ImageF base = transfers ? recoloured(face.bgr, *reference_bgr, rules.transfer, draw.transfer_seed) : face.bgr;
  ImageF input = widened(rules.hsv_power > 0 ? shift_hsv(base, draw.hue_deg, draw.saturation, draw.value) : base,
                         Interpolation::cubic);
  if (rules.warp && draw.warped) {
    const WarpMaps maps = warp_maps(w, draw.cell_size, draw.noise_x, draw.noise_y);
    input = remap(input, maps.x, maps.y, Interpolation::cubic, Border::constant);
  }
  Sample sample;
  sample.warped = moved(std::move(input), Interpolation::cubic, Border::replicate);
  augment(sample.warped, draw.augment);
  sample.target = moved(widened(base, Interpolation::cubic), Interpolation::cubic, Border::replicate);
  sample.mask = moved(widened(face.mask, Interpolation::linear), Interpolation::linear, Border::constant);
  if (rules.eyes_mouth) {
    sample.eyes_mouth = moved(widened(face.eyes_mouth, Interpolation::linear), Interpolation::linear, Border::constant);
    const float highest = *std::max_element(sample.eyes_mouth.data.begin(), sample.eyes_mouth.data.end());
    if (highest > 0) multiply(sample.eyes_mouth, 1 / highest);
  }
  return sample;
}

}  // namespace understudy
