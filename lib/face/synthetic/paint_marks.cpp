// SPDX-License-Identifier: Apache-2.0
// What life and brush leave on a skin: moles, spots, wrinkles, shadows round the eyes, make-up.
#include "lib/face/synthetic/noise.hpp"
#include "lib/face/synthetic/paint.hpp"

namespace understudy::synthetic {

namespace {

// A groove at distance d: dark within, light on its shoulder.
float groove(float d, float width) { return bell(d, width) - 0.35f * bell(std::abs(d) - 2.0f * width, 0.9f * width); }

float from_segment(float px, float py, V3 a, V3 b) {
  const float dx = b.x - a.x, dy = b.y - a.y;
  const float t = clamp01(((px - a.x) * dx + (py - a.y) * dy) / (dx * dx + dy * dy));
  return std::hypot(px - a.x - dx * t, py - a.y - dy * t);
}

void darken(V3& albedo, float amount) { albedo = albedo * (V3{1, 1, 1} - V3{0.30f, 0.40f, 0.42f} * amount); }

}  // namespace

void Painter::paint_marks(V3 p, Skin& out) const {
  const SkinMarks& marks = id_.marks;
  out.bump *= 1 + 1.6f * marks.pores;
  out.gloss *= 1 + 0.9f * marks.shine;
  const float clean = 1 - 0.75f * id_.make_up.foundation;
  if (marks.patches > 0) {
    const float large = fractal(p * 0.045f + seed_ * 1.7f, 2) - 0.5f, fine = fractal(p * 0.30f + seed_, 2) - 0.5f;
    out.albedo = out.albedo * (1 + clean * marks.patches * (0.45f * large + 0.22f * fine));
  }
  if (marks.blemishes > 0) {
    const Dot dot = nearest_dot(p.x / 8.0f + seed_.x, p.y / 8.0f + seed_.y);
    const float spot = ramp(0.20f, 0.08f, dot.distance) * ramp(1 - 0.35f * marks.blemishes, 1, dot.value);
    out.albedo = mix(out.albedo, out.albedo * V3{1.0f, 0.62f, 0.60f}, 0.8f * clean * spot);
  }
  if (marks.moles > 0) {
    const Dot dot = nearest_dot(p.x / 23.0f + seed_.y, p.y / 23.0f + seed_.z);
    const float kind = std::fmod(dot.value * 37.0f, 1.0f), size = mix(0.025f, 0.060f, kind * kind);
    const bool here = dot.value < 0.22f * marks.moles;
    if (here)
      out.albedo = mix(out.albedo, out.albedo * mix(V3{0.75f, 0.62f, 0.55f}, {0.34f, 0.22f, 0.18f}, kind),
                       ramp(size, 0.5f * size, dot.distance));
  }
  paint_wrinkles(p, out);
}

void Painter::paint_wrinkles(V3 p, Skin& out) const {
  const float deep = id_.marks.wrinkles;
  if (deep <= 0) return;
  const float ax = std::abs(p.x);
  const float uneven = 1.8f * (noise2(p.x * 0.09f + seed_.x, p.y * 0.09f) - 0.5f);
  // From the outer corners of the eyes; a smile deepens them.
  const float dx = ax - at_.eye.x - at_.eye_half + 2, dy = p.y - at_.eye.y + 1;
  const float far = std::hypot(dx, dy);
  if (dx > 0 && far < 26) {
    const float fan = std::pow(0.5f + 0.5f * std::cos(9.0f * std::atan2(dy, dx) + 1.5f * uneven), 6.0f);
    darken(out.albedo, deep * fan * ramp(3, 8, far) * ramp(25, 13, far) * (0.45f + 0.7f * clamp01(play_.smile)));
  }
  // Across the forehead, between the brows, from the mouth's corners down, below the eyes.
  const float wave = p.y + 0.004f * p.x * p.x + 2.2f * uneven;
  const float lines =
      groove(std::fmod(wave + 200, 9.5f) - 4.7f, 1.5f) * ramp(64, 70, p.y) * ramp(97, 88, p.y) * ramp(46, 28, ax);
  darken(out.albedo, 0.5f * deep * lines);
  const float brow = groove(ax - 5.5f - 0.6f * uneven, 0.9f) * ramp(46, 51, p.y) * ramp(68, 60, p.y);
  darken(out.albedo, (0.6f * deep + 0.5f * clamp01(play_.frown)) * brow);
  const V3 corner{at_.mouth_half + 2, -30, 0}, below{at_.mouth_half + 5.5f, -50, 0};
  darken(out.albedo, 0.55f * deep * groove(from_segment(ax + uneven, p.y, corner, below), 2.0f));
  // A bow, not a straight line, that fades out below.
  const float fold = from_segment(ax + 0.7f * uneven - 3.0f * bell(p.y + 9, 10), p.y, {15.5f, 1, 0}, {30, -21, 0});
  darken(out.albedo, 0.9f * deep * groove(fold, 2.4f) * mix(0.5f, 1.0f, ramp(-24, -6, p.y)));
  const float u = ax - at_.eye.x, v = p.y - at_.eye.y;
  const float sag = v + 9.5f + 0.5f * uneven - 0.010f * u * u;
  darken(out.albedo, 0.8f * deep * groove(sag, 0.9f) * ramp(17, 9, std::abs(u)));
}

void Painter::paint_eye_look(float u, float v, Skin& out) const {
  const EyeLook& look = id_.eyes;
  if (look.circles > 0) {
    const float ring = bell(std::hypot(0.75f * u + 3, v + 6), 11);
    out.albedo = mix(out.albedo, out.albedo * V3{0.66f, 0.55f, 0.62f}, 0.75f * look.circles * ring);
  }
  if (look.bags > 0) {
    const float fall = v + 10.5f + 0.010f * u * u, across = ramp(18, 8, std::abs(u));
    darken(out.albedo, 0.9f * look.bags * groove(fall, 1.5f) * across);
    out.albedo = out.albedo * (1 + 0.16f * look.bags * bell(fall - 4, 2.5f) * across);
  }
}

void Painter::paint_eye_make_up(float u, float above, float within, Skin& out) const {
  const MakeUp& make_up = id_.make_up;
  if (make_up.shadow > 0) {
    const float band =
        ramp(-1.2f, 0.6f, above) * ramp(13, 3.5f, above) * ramp(at_.eye_half + 9, at_.eye_half - 2, std::abs(u));
    out.albedo = mix(out.albedo, out.albedo * 0.25f + shadow_colour_ * 0.75f, 0.85f * make_up.shadow * band);
  }
  if (make_up.liner > 0) {
    const float wide = 1.3f * make_up.liner * (0.7f + 0.5f * clamp01(u / at_.eye_half + 0.5f));
    const float line = ramp(wide + 0.5f, wide - 0.3f, above) * (above > -1.5f ? 1.0f : 0.0f) * within;
    out.albedo = mix(out.albedo, {0.010f, 0.009f, 0.010f}, 0.95f * line);
  }
}

void Painter::paint_rouge(V3 p, Skin& out) const {
  const float strength = id_.make_up.rouge;
  if (strength <= 0) return;
  const float ax = std::abs(p.x);
  const float where = bell(std::hypot(0.7f * (ax - 47), p.y - 3 - 0.45f * (ax - 47)), 14) * ramp(-75, -45, p.z);
  out.albedo = mix(out.albedo, out.albedo * 0.45f + rouge_colour_ * 0.55f, 0.55f * strength * where);
}

}  // namespace understudy::synthetic
