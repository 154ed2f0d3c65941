// SPDX-License-Identifier: Apache-2.0
// What stands before the skin: beards and spectacles.
#include "lib/face/synthetic/noise.hpp"
#include "lib/face/synthetic/paint.hpp"

namespace understudy::synthetic {

namespace {
// Hairs run down the cheeks and the chin; the sides are unrolled, so that they do not thin out there.
float beard_strand(V3 p, float shell) {
  const float around = p.x + (p.x < 0 ? 0.8f : -0.8f) * std::min(0.0f, p.z + 25), down = p.y + 1.2f * shell;
  const float bend = 2.0f * (noise2(around * 0.12f, down * 0.10f) - 0.5f);
  return 0.55f * noise2((around + bend) * 2.7f, down * 0.20f) +
         0.45f * noise2((around + bend) * 1.1f + 40, down * 0.14f);
}
}  // namespace

bool Painter::keep_beard(V3 rest, float shell) const {
  const float density = at_.beard_at(rest).density;
  if (density < 0.04f) return false;
  return beard_strand(rest, shell) > 0.16f + 0.30f * shell + 0.50f * (1 - std::min(1.0f, density));
}

V3 Painter::beard(const Spot& spot) const {
  const float strand = beard_strand(spot.rest, spot.extra);
  const V3 n = spot.normal;
  const V3 down = normalised(place_.turn * V3{0.15f * spot.rest.x / 40, -1, 0.2f});
  const V3 t = normalised(down - n * dot(down, n) + n * (0.5f * (strand - 0.5f)));
  const V3 l = lights_.key_direction, h = normalised(l + spot.to_camera);
  const float tl = dot(t, l), th = dot(t, h);
  const float sin_l = std::sqrt(std::max(0.0f, 1 - tl * tl)), sin_h = std::sqrt(std::max(0.0f, 1 - th * th));
  const float facing = clamp01(dot(n, l) * 0.7f + 0.3f), tone = 0.30f + 1.2f * ramp(0.3f, 0.75f, strand);
  const V3 albedo = beard_ * (tone * mix(0.45f, 1.0f, spot.extra));
  V3 colour = albedo * (lights_.key * (sin_l * facing * mix(0.10f, 1.0f, spot.lit)) +
                        lights_.ambient(n) * (0.9f * std::max(0.4f, spot.occlusion)));
  return colour + lights_.key * ((V3{0.3f, 0.3f, 0.3f} + beard_ * 1.5f) *
                                 (0.05f * std::pow(sin_h, 24.0f) * facing * spot.lit * tone));
}

// The skin between the hairs of a beard.
void Painter::paint_beard_roots(V3 p, Skin& out) const {
  const float density = at_.beard_at(p).density;
  if (density <= 0) return;
  const float dots = noise(p * 1.9f + seed_) * 0.6f + noise(p * 3.4f + seed_) * 0.4f;
  out.albedo = mix(out.albedo, beard_ * 0.8f,
                   0.85f * std::min(1.0f, density) * ramp(0.62f - 0.5f * density, 0.75f - 0.5f * density, dots));
  out.gloss *= 1 - 0.7f * std::min(1.0f, density);
}

V3 Painter::frame(const Spot& spot) const {
  const float depth = 0.9f + 0.2f * noise(spot.rest * 0.25f + seed_);  // of horn and plastic
  return solid(spot, frame_ * depth, 0.35f, 45);
}

V3 Painter::through_lens(const Spot& spot, V3 behind) const {
  const Glasses& look = id_.glasses;
  V3 n = spot.normal;
  const float nv = clamp01(dot(n, spot.to_camera));
  const V3 mirrored = n * (2 * dot(n, spot.to_camera)) - spot.to_camera;
  // Glass mirrors 4 to 8 % at right angles and more along its surface (Schlick's approximation); a coating less.
  const float share = (0.03f + 0.09f * look.reflection + 0.5f * std::pow(1 - nv, 5.0f));
  const V3 surroundings =
      lights_.ambient(mirrored) * 1.6f +
      V3{1, 1, 1} *
          (look.reflection * 0.5f * ramp(0.35f, 0.42f, std::fmod(mirrored.x * 1.3f + mirrored.y * 0.4f + 8, 1.0f)));
  const V3 lamp = lights_.key * (3.0f * look.reflection * ramp(0.93f, 0.975f, dot(mirrored, lights_.key_direction)));
  const V3 passed = mix(V3{0.97f, 0.975f, 0.97f}, tint_ * 0.35f, clamp01(look.tint));
  return behind * passed * (1 - share) + (surroundings + lamp) * share;
}

}  // namespace understudy::synthetic
