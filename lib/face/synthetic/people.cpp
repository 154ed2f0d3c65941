// SPDX-License-Identifier: Apache-2.0
// The demo's two people and their two takes.
#include <numbers>

#include "lib/face/synthetic/noise.hpp"
#include "lib/face/synthetic/synthetic.hpp"

namespace understudy::synthetic {

Identity demo_identity_a() {
  Identity id;
  id.name = "Ada";
  id.seed = 11;
  id.face_width = -0.5f;
  id.jaw_width = -0.7f;
  id.chin_width = -0.4f;
  id.chin_length = -0.1f;
  id.cheekbones = 0.7f;
  id.cheek_fullness = 0.3f;
  id.brow_ridge = -0.6f;
  id.nose_width = -0.7f;
  id.nose_projection = -0.2f;
  id.nose_tip_up = 0.7f;
  id.upper_lip = 0.5f;
  id.lower_lip = 0.5f;
  id.eye_size = 0.8f;
  id.eye_tilt = 0.6f;
  id.brow_height = 0.3f;
  id.brow_thickness = -0.5f;
  id.brow_arch = 0.8f;
  id.neck_width = -1;
  id.skin = {0.91f, 0.74f, 0.66f};
  id.lips = {0.76f, 0.36f, 0.37f};
  id.iris = {0.30f, 0.46f, 0.38f};
  id.hair = {0.42f, 0.19f, 0.09f};
  id.brows = {0.36f, 0.19f, 0.11f};
  id.clothes = {0.20f, 0.33f, 0.36f};
  id.hair_style = HairStyle::swept;
  id.brow_density = 0.75f;
  id.lashes = 1;
  id.freckles = 0.8f;
  id.age = 0.12f;
  id.redness = 0.7f;
  return id;
}

Identity demo_identity_b() {
  Identity id;
  id.name = "Bo";
  id.seed = 23;
  id.face_width = 0.5f;
  id.jaw_width = 0.5f;
  id.chin_width = 0.6f;
  id.chin_length = 0.2f;
  id.cheekbones = 0.1f;
  id.cheek_fullness = -0.3f;
  id.brow_ridge = 0.9f;
  id.nose_width = 0.7f;
  id.nose_length = 0.3f;
  id.nose_projection = 0.6f;
  id.nose_bridge = 0.6f;
  id.mouth_width = 0.4f;
  id.upper_lip = -0.3f;
  id.lower_lip = 0.0f;
  id.eye_size = -0.5f;
  id.eye_depth = 0.8f;
  id.brow_height = -0.4f;
  id.brow_thickness = 1.0f;
  id.ear_size = 0.5f;
  id.neck_width = 0.8f;
  // Not far from Ada's: a double is cast by skin tone too.
  id.skin = {0.84f, 0.65f, 0.55f};
  id.lips = {0.66f, 0.40f, 0.36f};
  id.iris = {0.22f, 0.13f, 0.07f};
  id.hair = {0.07f, 0.06f, 0.055f};
  id.brows = {0.06f, 0.05f, 0.045f};
  id.clothes = {0.52f, 0.50f, 0.46f};
  id.hair_style = HairStyle::cropped;
  id.brow_density = 0.85f;
  id.lashes = 0.3f;
  id.stubble = 0.75f;
  id.age = 0.55f;
  id.redness = 0.35f;
  return id;
}

Identity random_identity(std::uint32_t seed) {
  int count = 0;
  const auto unit = [&] { return hash01(static_cast<std::int32_t>(seed), ++count, 4242); };
  const auto around = [&] { return unit() * 1.6f - 0.8f; };
  Identity id;
  id.name = "person " + std::to_string(seed);
  id.seed = seed + 100;
  for (float* v : {&id.face_width,      &id.jaw_width,      &id.chin_length, &id.chin_width,  &id.cheekbones,
                   &id.cheek_fullness,  &id.forehead,       &id.brow_ridge,  &id.nose_length, &id.nose_width,
                   &id.nose_projection, &id.nose_bridge,    &id.nose_tip_up, &id.mouth_width, &id.upper_lip,
                   &id.lower_lip,       &id.eye_size,       &id.eye_spacing, &id.eye_tilt,    &id.eye_depth,
                   &id.brow_height,     &id.brow_thickness, &id.brow_arch,   &id.ear_size,    &id.neck_width})
    *v = around();
  const auto between = [](Colour a, Colour b, float t) {
    return Colour{a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
  };
  const float tone = unit();
  id.skin = between({0.92f, 0.76f, 0.68f}, {0.38f, 0.25f, 0.19f}, tone);
  id.lips = between({0.76f, 0.42f, 0.41f}, {0.38f, 0.20f, 0.18f}, tone);
  id.hair = between({0.06f, 0.05f, 0.05f}, {0.55f, 0.38f, 0.20f}, unit() * (1 - tone));
  id.brows = between(id.hair, {0.05f, 0.04f, 0.04f}, 0.4f);
  id.iris = between({0.20f, 0.12f, 0.07f}, {0.36f, 0.48f, 0.56f}, unit() * (1 - tone));
  id.clothes = {0.15f + 0.5f * unit(), 0.15f + 0.5f * unit(), 0.15f + 0.5f * unit()};
  id.hair_style = static_cast<HairStyle>(static_cast<int>(unit() * 3.99f));
  id.freckles = unit() > 0.7f ? 0.6f * (1 - tone) : 0;
  id.stubble = unit() > 0.6f && id.hair_style != HairStyle::bob ? unit() : 0;
  id.age = unit();
  id.redness = unit() * (1 - 0.6f * tone);
  id.lashes = unit();
  return id;
}

namespace {

double wave(double t, double period, double phase = 0) { return std::sin(2 * std::numbers::pi * (t / period + phase)); }

// A blink: shut within 70 ms, open again within 170 ms.
float blink_at(double t, std::initializer_list<double> moments) {
  float shut = 0;
  for (double m : moments) {
    const double d = t - m;
    const double v = d < 0 ? 1 + d / 0.08 : d < 0.05 ? 1 : 1 - (d - 0.05) / 0.16;
    shut = std::max(shut, static_cast<float>(std::clamp(v, 0.0, 1.0)));
  }
  return shut;
}

float pulse(double t, double middle, double half_width) {
  const double d = std::abs(t - middle) / half_width;
  return d < 1 ? static_cast<float>(0.5 + 0.5 * std::cos(std::numbers::pi * d)) : 0.0f;
}

}  // namespace

Performance demo_performance_src(double t) {
  Performance p;
  // A slow figure through all directions, and expressions at another rhythm, so that they meet in all combinations.
  p.yaw = 32 * wave(t, 4.1);
  p.pitch = 3 + 13 * wave(t, 2.7, 0.2);
  p.roll = 7 * wave(t, 3.3, 0.4);
  p.x = 0.02 * wave(t, 4.6);
  p.y = 0.01 * wave(t, 3.9, 0.3);
  p.size = 1.0 + 0.05 * wave(t, 5.3, 0.1);
  p.mouth_open = static_cast<float>(std::max(0.0, 0.42 + 0.58 * wave(t, 0.93)) * (0.55 + 0.45 * wave(t, 2.2, 0.3)));
  p.smile = static_cast<float>(0.40 + 0.60 * wave(t, 1.7, 0.15));
  if (p.smile < 0) p.smile *= 0.6f;
  p.pucker = static_cast<float>(std::max(0.0, wave(t, 1.45, 0.55)) * std::max(0.0, 0.35 - p.smile) / 0.9);
  const float blink = std::max(blink_at(t, {0.55, 1.9, 3.2, 4.35}), pulse(t, 2.55, 0.28));
  p.blink = {blink, std::max(blink, pulse(t, 3.75, 0.2))};
  p.gaze_x = static_cast<float>(20 * wave(t, 1.3, 0.1));
  p.gaze_y = static_cast<float>(9 * wave(t, 1.9, 0.6));
  const auto raise = static_cast<float>(0.55 * wave(t, 1.6, 0.35));
  p.brow_raise = {raise, raise + 0.25f * pulse(t, 1.2, 0.3)};
  p.frown = std::max(0.0f, static_cast<float>(wave(t, 2.3, 0.8)) - 0.3f);
  p.light_azimuth = -30 + 45 * wave(t, 5.0, 0.25);
  p.light_elevation = 32 + 10 * wave(t, 3.1);
  p.background = {0.50f, 0.52f, 0.50f};
  p.set_seed = 3;
  p.grain_seed = static_cast<std::uint32_t>(t * 1000);
  return p;
}

Performance demo_performance_dst(double t) {
  Performance p;
  p.yaw = -4 + 19 * wave(t, 5.0, 0.05) + 3 * wave(t, 1.1);
  p.pitch = 1.5 + 6 * wave(t, 3.2, 0.5) + 2 * wave(t, 0.8, 0.2);
  p.roll = 3.5 * wave(t, 2.9, 0.25);
  p.x = 0.018 * wave(t, 5.0, 0.55);
  p.y = 0.006 * wave(t, 1.6);
  p.size = 1.02 + 0.03 * wave(t, 4.4, 0.7);
  // Syllables: quick openings of changing size, with rounded and wide vowels between.
  const double syllable = std::max(0.0, wave(t, 0.31) * 0.7 + 0.3 * wave(t, 0.47, 0.3));
  p.mouth_open = static_cast<float>(std::min(1.0, syllable * (0.55 + 0.3 * wave(t, 1.9, 0.1)) * (t > 3.9 ? 0.5 : 1.0)));
  p.pucker = static_cast<float>(0.75 * std::max(0.0, wave(t, 0.83, 0.4)) * (t > 3.8 ? 0.2 : 1.0));
  p.smile = static_cast<float>(0.12 + 0.15 * wave(t, 2.1, 0.2)) + 0.75f * pulse(t, 4.3, 0.75);
  const float blink = blink_at(t, {0.7, 1.85, 3.05, 4.6});
  p.blink = {blink, blink};
  p.gaze_x = static_cast<float>(7 * wave(t, 2.4, 0.3) + 0.35 * p.yaw);
  p.gaze_y = static_cast<float>(4 * wave(t, 1.7));
  const float raise = 0.15f + 0.5f * pulse(t, 1.3, 0.35) + 0.4f * pulse(t, 3.5, 0.3);
  p.brow_raise = {raise, raise};
  p.frown = 0.6f * pulse(t, 2.4, 0.4);
  p.light_azimuth = 40 - 14 * t;  // the sun wanders
  p.light_elevation = 34;
  p.light_strength = static_cast<float>(1.0 + 0.12 * wave(t, 3.7));
  p.light = {1.0f, static_cast<float>(0.95 - 0.02 * wave(t, 4)), static_cast<float>(0.88 - 0.05 * wave(t, 4))};
  p.background = {0.40f, 0.45f, 0.52f};
  p.set_seed = 9;
  p.grain_seed = 500000 + static_cast<std::uint32_t>(t * 1000);
  // A hand passes before the mouth and the nose, from image right to left, for half a second.
  constexpr double from = 2.25, to = 2.75;
  if (t >= from && t <= to) {
    const double s = (t - from) / (to - from);
    p.occluder = OccluderKind::hand;
    p.occluder_x = 0.62 - 1.2 * s;
    p.occluder_y = 0.41 - 0.10 * std::sin(std::numbers::pi * s);
    p.occluder_angle = -20 - 25 * s;
  }
  return p;
}

}  // namespace understudy::synthetic
