// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/field.hpp"

#include "lib/face/synthetic/noise.hpp"

namespace understudy::synthetic {

namespace {

float ellipsoid(V3 p, V3 centre, V3 radii) {
  const V3 d = p - centre;
  const V3 q{d.x / radii.x, d.y / radii.y, d.z / radii.z};
  const V3 g{q.x / radii.x, q.y / radii.y, q.z / radii.z};
  const float k0 = length(q);
  return k0 * (k0 - 1) / std::max(length(g), 1e-6f);
}

float capsule(V3 p, V3 a, V3 b, float ra, float rb) {
  const V3 ab = b - a;
  const float t = clamp01(dot(p - a, ab) / dot(ab, ab));
  return length(p - a - ab * t) - mix(ra, rb, t);
}

}  // namespace

HeadField::HeadField(const Identity& id, const Anatomy& at) : id_(id), at_(at) {}

float HeadField::skull(V3 p) const {
  const float ax = std::abs(p.x);
  const V3 q{ax, p.y, p.z};
  const float wide = 3.0f * id_.face_width;
  float d = ellipsoid(q, {0, 68, -80}, {73 + wide, 84, 95});
  d = smooth_min(d, ellipsoid(q, {0, 74, -27}, {56 + wide, 46, 40.5f}), 26);
  d = smooth_min(d, ellipsoid(q, {0, 8, -42}, {59 + wide, 66, 53}), 20);
  d = smooth_min(d, ellipsoid(q, {0, -22, -15}, {33, 30, 29}), 18);  // round the teeth
  const float chin = at_.chin_y;
  d = smooth_min(d, ellipsoid(q, {0, chin, -7}, {19 + 6 * id_.chin_width, 16.5f, 15.5f}), 15);
  const float jaw = 47.5f + 5.5f * id_.jaw_width + wide * 0.6f;
  const V3 corner{jaw, -35, -66};
  d = smooth_min(d, capsule(q, {15 + 5 * id_.chin_width, chin - 1, -13}, corner, 12.5f, 11), 22);
  d = smooth_min(d, capsule(q, corner, {60 + wide, 20, -72}, 11, 12), 20);
  d = smooth_min(d, ellipsoid(q, {0, -42, -48}, {44, 22, 40}), 14);  // floor of the mouth
  const float bone = 2.0f * id_.cheekbones;
  d = smooth_min(d, ellipsoid(q, {43.5f + wide * 0.7f + bone, 14, -17}, {16, 11, 16}), 20);
  const float full = id_.cheek_fullness;
  d = smooth_min(d, ellipsoid(q, {34 + wide * 0.5f, -13, -22 + 2.5f * full}, {24 + 2 * full, 30, 24 + 3 * full}), 20);
  return d;
}

float HeadField::nose(V3 p, float ax) const {
  const V3 q{ax, p.y, p.z};
  const V3 tip = at_.nose_tip;
  const float broad = 0.8f * id_.nose_width;
  float d = capsule(q, at_.nose_root, tip + V3{0, 3.0f, 0.0f}, 6.4f + broad, 8.0f + broad);
  // Wider towards the face: a flank that hung over could not be cast from inside.
  d = smooth_min(d, capsule(q, at_.nose_root - V3{0, 0, 4}, tip + V3{0, 3, -13}, 7.4f + broad, 10.5f + broad), 6);
  d = smooth_min(d, capsule(q, tip, {0, tip.y, 5}, at_.tip_radius, at_.tip_radius + 2.2f), 8);
  d = smooth_min(d, ellipsoid(q, at_.nose_wing - V3{5, 0, 0}, {7.2f, 6.6f, 9.5f}), 5);
  return smooth_min(d, ellipsoid(q, {0, at_.nose_base_y + 4, 16}, {6.5f, 5.5f, 9.5f}), 4);
}

float HeadField::skin(V3 p) const {
  const float ax = std::abs(p.x);
  const V3 q{ax, p.y, p.z};
  float d = skull(p);
  if (p.z < -40) return d;
  const float ridge = 1.5f + 2.2f * id_.brow_ridge;
  d = smooth_min(d, capsule(q, {9, 50, 4 + 0.4f * ridge}, {45, 51, -10}, 6 + ridge * 0.6f, 6 + ridge * 0.4f), 12);
  // Eye sockets, then the lids that bulge over the ball.
  d = smooth_max(d, -ellipsoid(q, {at_.eye.x - 0.5f, at_.eye.y - 0.5f, 12 - 2.0f * id_.eye_depth}, {17, 9.5f, 12.5f}),
                 12);
  d = smooth_min(d, nose(p, ax), 8);
  d = smooth_min(d, length(q - at_.eye) - at_.lid, 4);
  return d;
}

float HeadField::hair_thickness(V3 p) const {
  float thick = grown_hair(p);
  if (id_.hair_style == HairStyle::bald) return thick;
  const HairLook& look = id_.hair_look;
  if (look.volume != 0 && thick > 0) thick *= 1 + 0.55f * look.volume;
  if (look.fringe > 0.05f)
    thick = std::max(thick, mix(-4.0f, 5.5f, ramp(-2, 8, p.y - at_.fringe_line(p.x))) * ramp(-70, -45, p.z) -
                                6 * ramp(-45, -70, p.z));
  if (look.curl > 0 && thick > 0)
    thick += look.curl * ramp(0, 6, thick) * 9.0f * (fractal(p * 0.085f + V3{3, 7, 1}, 2) - 0.42f);
  return thick;
}

float HeadField::grown_hair(V3 p) const {
  const float ax = std::abs(p.x);
  // Distance behind the hairline: above it in front, behind a line before the ear at the side.
  const float above = p.y - at_.hairline(ax);
  const float side = -58.0f - p.z + 0.15f * (p.y - 20);  // behind the temple
  const bool falls = id_.hair_style == HairStyle::bob || id_.hair_style == HairStyle::long_hair;
  const float low = p.y - (falls ? -60.0f : mix(-30.0f, 4.0f, ramp(-120, -70, p.z)));
  float inside = smooth_min(smooth_max(above, side, 30), low, 12);
  if (!falls) inside = smooth_min(inside, at_.beside_ear(p), 8);
  if (id_.hair_style == HairStyle::ring) inside = smooth_min(inside, at_.below_crown(p), 10);
  const float grown = ramp(-16, 42, inside);
  switch (id_.hair_style) {
    case HairStyle::bald:
      return -6;
    case HairStyle::cropped:
      return mix(-2.5f, 6.0f, grown) + 5.0f * ramp(0, 70, above) * grown;
    case HairStyle::swept:
      return mix(-3, 10, grown) + 12.0f * ramp(0, 40, above) * ramp(-150, 0, p.z);
    case HairStyle::bob:
      return mix(-3, 14, grown);
    case HairStyle::long_hair:
      return mix(-3, 12, grown);
    case HairStyle::ring:
      return mix(-2.5f, 7.0f, grown);
  }
  return -6;
}

float HeadField::hair(V3 p) const {
  float d = skull(p) - hair_thickness(p);
  if (id_.hair_style == HairStyle::bob) {
    // Curtains beside the cheeks and the fall behind the neck.
    const V3 q{std::abs(p.x), p.y, p.z};
    const float curtain = capsule(q, {70, 66, -52}, {74, -62, -46}, 17, 13);
    const float back = ellipsoid(p, {0, 0, -108}, {78, 96, 62});
    d = smooth_min(d, smooth_min(curtain, back, 26), 30);
    d = smooth_max(d, -(p.y + 84), 8);
  }
  if (id_.hair_style == HairStyle::long_hair) {
    const V3 q{std::abs(p.x), p.y, p.z};
    const float curtain = smooth_min(capsule(q, {68, 70, -54}, {74, -60, -46}, 16, 15),
                                     capsule(q, {74, -60, -46}, {72, -185, -14}, 15, 19), 12);
    const float end = mix(-84.0f, -196.0f, id_.hair_look.length);
    const float back = ellipsoid(p, {0, -50, -108}, {80, 150, 60});
    d = smooth_min(d, smooth_min(curtain, back, 26), 30);
    d = smooth_max(d, -(p.y - end), 8);
  }
  return d;
}

}  // namespace understudy::synthetic
