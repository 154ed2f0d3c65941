// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/anatomy.hpp"

namespace understudy::synthetic {

Anatomy::Anatomy(const Identity& id)
    : eyes(id.eyes), beard(id.beard), hair(id.hair_look), part(id.seed % 2 == 0 ? 1.0f : -1.0f) {
  eye = {31.5f + 1.8f * id.eye_spacing, 38.5f, -9.5f - 1.5f * id.eye_depth};
  eye_half = 13.6f + 1.0f * id.eye_size;
  lid_up = 5.1f + 0.9f * id.eye_size + 0.5f * eyes.roundness;
  lid_low = 3.7f + 0.5f * id.eye_size + 0.3f * eyes.roundness;
  uneven_lids = 0.10f * id.asymmetry.lids;
  eye_tilt = 0.05f + 0.06f * id.eye_tilt;
  mouth_half = 26.0f + 2.5f * id.mouth_width;
  lip_up = 7.2f + 2.2f * id.upper_lip;
  lip_low = 9.2f + 2.2f * id.lower_lip;
  brow_y_in = 54.5f + 2.0f * id.brow_height;
  brow_y_arch = 60.5f + 2.5f * id.brow_height + 1.8f * id.brow_arch;
  brow_y_out = 51.5f + 2.0f * id.brow_height;
  brow_half = 3.1f + 1.2f * id.brow_thickness;
  nose_root = {0, 42, 5.0f + 2.0f * id.nose_bridge};
  nose_tip = {0, 9.5f - 3.0f * id.nose_length + 1.5f * id.nose_tip_up, 25.0f + 3.5f * id.nose_projection};
  nose_wing = {11.5f + 2.0f * id.nose_width, 1.8f - 2.0f * id.nose_length, 14.0f + 0.8f * id.nose_projection};
  nose_base_y = -4.5f - 2.0f * id.nose_length;
  tip_radius = 8.9f + 1.0f * id.nose_width;
  chin_y = -60.0f - 4.0f * id.chin_length;
  hairline_y = 101.0f + 5.0f * id.forehead;
}

LidState Anatomy::lid_state(const Performance& p, int side) const {
  LidState state;
  const float blink = clamp01(p.blink[static_cast<std::size_t>(side)]);
  const float look = std::clamp(p.gaze_y, -25.0f, 25.0f) / 25.0f;
  const float squint =
      0.18f * clamp01(p.smile) + 0.1f * clamp01(p.frown) + 0.45f * clamp01(p.squint[static_cast<std::size_t>(side)]);
  state.upper =
      (1 - blink) * (0.94f - 0.6f * squint + 0.25f * look + 0.12f * p.brow_raise[static_cast<std::size_t>(side)] +
                     (side == 0 ? -uneven_lids : uneven_lids));
  state.lower = (1 - squint * 1.3f) * (1 - 0.25f * look) * (1 - 0.45f * blink);
  state.shift = 0.5f * look;
  return state;
}

float Anatomy::lid_edge(float u, bool upper, const LidState& state) const {
  const float t = std::clamp(u / eye_half, -1.0f, 1.0f);
  const float tilt = u * eye_tilt - 0.4f;  // the outer corner lies higher
  // The upper lid is highest slightly towards the nose, the lower lid lowest slightly outwards.
  const float skew = upper ? t + 0.16f * (1 - t * t) : t - 0.18f * (1 - t * t);
  const float arc = std::pow(std::max(0.0f, 1 - skew * skew),
                             upper ? 0.72f - 0.14f * eyes.roundness : 0.85f - 0.12f * eyes.roundness);
  const float low = -lid_low * state.lower * arc;
  if (!upper) return tilt + low + state.shift * arc;
  // Skin that hangs over the lid lowers what is seen as its edge.
  const float over = 1 - 0.36f * eyes.hood * ramp(-0.2f, 0.75f, t) - 0.34f * eyes.inner_fold * ramp(-0.2f, -0.85f, t);
  return tilt +
         mix(-lid_low * state.lower * std::pow(std::max(0.0f, 1 - t * t), 0.85f) - 0.05f, lid_up * over * arc,
             state.upper) +
         state.shift * arc;
}

float Anatomy::opening(float u, float v, const LidState& state) const {
  if (std::abs(u) >= eye_half) return -std::max(std::abs(u) - eye_half, 0.01f);
  return std::min(lid_edge(u, true, state) - v, v - lid_edge(u, false, state));
}

float Anatomy::lip_edge(float ax, bool upper) const {
  const float t = clamp01(ax / mouth_half);
  const float arc = std::max(0.0f, 1 - t * t);
  if (upper) return lip_up * (std::pow(arc, 0.85f) * (1 - 0.12f * t) - 0.16f * bell(ax, 3.2f));
  return lip_low * std::pow(arc, 0.80f);
}

float Anatomy::brow_y(float ax) const {
  const float t = (ax - brow_in) / (brow_out - brow_in);
  // Rises to the arch at 58 % of the length, then falls to the tail.
  const float peak = 0.58f;
  if (t < peak) return mix(brow_y_arch, brow_y_in, std::pow(1 - t / peak, 1.8f));
  const float q = (t - peak) / (1 - peak);
  return mix(brow_y_arch, brow_y_out, q * q * (1.2f - 0.2f * q));
}

float Anatomy::brow_thickness(float ax) const {
  const float t = clamp01((ax - brow_in) / (brow_out - brow_in));
  return brow_half * (t < 0.25f ? mix(0.85f, 1.0f, t * 4) : mix(1.0f, 0.28f, (t - 0.25f) / 0.75f));
}

float Anatomy::beside_ear(V3 p) const { return (std::hypot((p.y - 16) / 34, (p.z + 80) / 21) - 1) * 22; }

float Anatomy::hairline(float ax) const {
  // A slight peak in the middle, corners above the temples, then down in front of the ears.
  const float line = hairline_y - 1.5f + 3.0f * bell(ax - 26, 16) - 10.0f * ramp(30, 52, ax) - 52.0f * ramp(48, 72, ax);
  return hair.recession > 0 ? line + hair.recession * (8 + 20 * bell(ax - 36, 16)) : line;
}

float Anatomy::fringe_line(float x) const {
  const float level = mix(hairline_y - 2, brow_y_arch - 2, hair.fringe);
  return level + 0.10f * x * part - 26 * ramp(38, 64, std::abs(x));
}

float Anatomy::below_crown(V3 p) const { return 46 - p.y - 0.30f * (p.z + 80) + 14 * ramp(-60, -150, p.z); }

Anatomy::Growth Anatomy::beard_at(V3 p) const {
  if (beard.length <= 0 || p.z < -92 || p.y > 22 || p.y < -98) return {};
  const float ax = std::abs(p.x);
  const float side = ramp(4, -16, p.y - 0.42f * (ax - 30)) * ramp(26, 36, ax + (p.y < -44 ? 40.0f : 0.0f));
  const float jaw = side * ramp(-20, -42, p.y + 0.30f * (p.z + 40));
  const float lip = bell(p.y + 14.5f, 6.5f) * ramp(33, 25, ax);
  const float chin = ramp(-36, -45, p.y) * ramp(34, 24, ax);
  const float corner = bell(ax - mouth_half - 3, 5) * ramp(-14, -20, p.y) * ramp(-50, -40, p.y);
  float density = std::max({beard.cheeks * side, beard.jaw * jaw, beard.moustache * lip, beard.chin * chin,
                            std::min(beard.chin, beard.moustache) * corner});
  density *= ramp(-92, -72, p.z) * ramp(-98, -84, p.y);
  const float s = p.y - mouth_y;
  if (ax < mouth_half + 1 && p.z > -12) density *= ramp(-0.3f, 2.2f, std::abs(s) - lip_edge(ax, s > 0));
  const float longest = ramp(-30, -62, p.y) * ramp(48, 22, ax);
  return {density, beard.length * mix(0.34f, 1.0f, longest) * std::sqrt(std::min(1.0f, density * 1.4f))};
}

}  // namespace understudy::synthetic
