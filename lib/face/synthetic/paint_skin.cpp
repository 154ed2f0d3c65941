// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/noise.hpp"
#include "lib/face/synthetic/paint.hpp"

namespace understudy::synthetic {

namespace {
float distance_to_segment(float px, float py, float ax, float ay, float bx, float by) {
  const float dx = bx - ax, dy = by - ay;
  const float t = clamp01(((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy));
  return std::hypot(px - ax - dx * t, py - ay - dy * t);
}
}  // namespace

Painter::Skin Painter::skin_paint(V3 p, V3 normal) const {
  Skin out;
  const float ax = std::abs(p.x);
  out.albedo = skin_;
  const bool front = p.z > -60;
  // Blood under the skin: cheeks, nose, chin, ears; slightly sallow forehead.
  float blood = 0.35f * bell(std::hypot(ax - 40, (p.y - 4) * 0.9f), 20) +
                0.20f * bell(std::hypot(p.x, p.y - 8), 14) * ramp(4, 22, p.z) +
                0.18f * bell(std::hypot(p.x, p.y + 62), 14) + 0.25f * bell(std::hypot(ax - 12, p.y - 1), 7);
  blood = front ? blood * id_.redness : 0.15f;
  blood *= 1 - 0.6f * id_.make_up.foundation;
  blood += 0.22f * (fractal(p * 0.055f + seed_, 3) - 0.5f) * (0.5f + id_.redness);
  out.albedo = out.albedo * V3{1 + 0.10f * blood, 1 - 0.34f * blood, 1 - 0.30f * blood};
  // Mottling from patches down to pores.
  const float patches = fractal(p * 0.16f + seed_, 3) - 0.5f, pores = noise(p * 1.15f + seed_) - 0.5f;
  const float clean = 1 - 0.7f * id_.make_up.foundation;
  out.albedo = out.albedo * (1 + 0.10f * clean * patches + 0.05f * clean * pores);
  out.bump = 0.6f + 0.4f * id_.age;
  out.gloss =
      0.85f + 0.35f * bell(std::hypot(p.x, p.y - 78), 36) + 0.6f * bell(p.x, 9) * ramp(-2, 10, p.y) * ramp(4, 20, p.z);
  if (front) {
    if (id_.freckles > 0) {
      const float where = bell(std::hypot(ax - 30, (p.y - 12) * 1.3f), 34) + 0.8f * bell(std::hypot(p.x, p.y - 20), 20);
      for (float cell : {3.1f, 5.3f}) {
        const Dot dot = nearest_dot(p.x / cell + 31, p.y / cell + static_cast<float>(id_.seed % 97));
        const float size = mix(0.14f, 0.34f, dot.value);
        const float strength = id_.freckles * where * 0.55f * (dot.value > 0.35f ? 1.0f : 0.0f);
        out.albedo = mix(out.albedo, out.albedo * V3{0.72f, 0.52f, 0.42f},
                         clamp01(strength * ramp(size, size * 0.4f, dot.distance)));
      }
    }
    // Nostrils, seen from below.
    const float nostril = bell(std::hypot((ax - 6.2f) * 0.75f, (p.z - 20.5f) * 0.55f), 3.0f) *
                          ramp(at_.nose_base_y + 7.0f, at_.nose_base_y + 1.5f, p.y) * ramp(-0.15f, -0.55f, normal.y);
    out.albedo = mix(out.albedo, V3{0.035f, 0.012f, 0.010f}, clamp01(1.0f * nostril));
    out.gloss *= 1 - clamp01(nostril);
    // Folds from nose to mouth, deeper with age and a smile.
    const float fold = distance_to_segment(ax, p.y, 16.5f, 0, 32, -22);
    const float depth = (0.12f + 0.25f * id_.age + 0.35f * std::max(0.0f, play_.smile)) * bell(fold, 2.6f);
    out.albedo = out.albedo * (V3{1, 1, 1} - V3{0.30f, 0.42f, 0.45f} * depth);
    // Forehead lines.
    const float raise = 0.5f * (play_.brow_raise[0] + play_.brow_raise[1]);
    const float wave = p.y + 0.012f * p.x * p.x * 0.3f + 2.5f * noise2(p.x * 0.05f, 3);
    const float lines = std::pow(0.5f + 0.5f * std::cos(wave * 0.62f), 12.0f) * ramp(66, 72, p.y) * ramp(96, 88, p.y) *
                        ramp(44, 26, ax);
    out.albedo = out.albedo * (1 - lines * (0.10f * id_.age + 0.22f * std::max(0.0f, raise)));
    paint_marks(p, out);
    paint_rouge(p, out);
    paint_eye_region(p, out);
    paint_lips(p, out);
  }
  paint_beard_and_scalp(p, out);
  if (front) paint_brows(p, out);
  return out;
}

void Painter::paint_eye_region(V3 p, Skin& out) const {
  const float ax = std::abs(p.x), side = p.x < 0 ? -1.0f : 1.0f;
  const float u = ax - at_.eye.x, v = p.y - at_.eye.y;
  if (std::abs(u) > 26 || std::abs(v) > 24) return;
  const LidState& lids = lids_[side < 0 ? 0 : 1];
  const float upper = at_.lid_edge(u, true, lids), lower = at_.lid_edge(u, false, lids);
  const float within = ramp(at_.eye_half + 3, at_.eye_half - 1, std::abs(u));
  // Thin skin around the eye: a little darker and redder; bags below with age.
  const float ring = bell(std::hypot(u * 0.8f, v + 2), 14);
  out.albedo = mix(out.albedo, out.albedo * V3{0.86f, 0.74f, 0.74f}, 0.55f * ring);
  const float bag = bell(v + 11 + 0.012f * u * u, 2.4f) * within * (0.15f + 0.35f * id_.age);
  out.albedo = out.albedo * (1 - 0.35f * bag);
  paint_eye_look(u, v, out);
  paint_eye_make_up(u, v - upper, within, out);
  // The fold above the upper lid.
  const float open_fold = 3.4f + 0.8f * id_.eye_size;
  const float crease = id_.eyes.crease, hood = id_.eyes.hood * ramp(-0.3f, 0.7f, u / at_.eye_half);
  const float fold_y = at_.lid_edge(u, true, {1, 1, lids.shift}) * 0.86f + open_fold - 1.6f * (1 - lids.upper) +
                       1.4f * std::max(0.0f, crease) - 2.6f * hood;
  const float fold =
      bell(v - fold_y, 0.85f + 0.4f * std::max(0.0f, crease)) * within * (crease < 0 ? 1 + crease : 1 + 0.35f * crease);
  out.albedo =
      mix(out.albedo, out.albedo * V3{0.50f, 0.36f, 0.33f}, 0.70f * fold * (0.45f + 0.55f * clamp01(lids.upper)));
  // Wet rims, then lashes.
  const float rim = bell(v - lower, 0.75f) * within;
  out.albedo = mix(out.albedo, out.albedo * V3{1.05f, 0.70f, 0.66f}, 0.6f * rim);
  const float above = v - upper, below = lower - v;
  const float lashes = id_.lashes + 0.8f * id_.make_up.mascara;
  const float outer = 0.6f + 0.4f * clamp01(0.5f + u / at_.eye_half * 0.5f);
  const float line = ramp(1.5f * outer, 0.4f, above) * (above > -1.5f ? 1.0f : 0.0f) * within;
  const float streak = noise2(u * 2.2f + 0.8f * above * (u > 0 ? -1.0f : 1.0f), 5.0f);
  const float hairs =
      ramp(3.2f * outer, 0.5f, above) * (above > -1 ? 1.0f : 0.0f) * ramp(0.45f, 0.75f, streak) * within;
  const float thin =
      ramp(1.6f, 0.2f, below) * (below > -1 ? 1.0f : 0.0f) * ramp(0.4f, 0.8f, noise2(u * 2.6f, 9)) * within;
  const float lash = clamp01((0.62f + 0.38f * lashes) * line + lashes * 0.75f * hairs + 0.40f * thin * (0.4f + lashes));
  out.albedo = mix(out.albedo, brows_ * 0.25f + V3{0.008f, 0.006f, 0.005f}, lash);
  out.gloss *= 1 - 0.7f * lash;
}

void Painter::paint_lips(V3 p, Skin& out) const {
  const float ax = std::abs(p.x), s = p.y - at_.mouth_y;
  if (ax > at_.mouth_half + 5 || std::abs(s) > 16 || p.z < -12) return;
  const float edge = at_.lip_edge(ax, s > 0);
  const float wobble = 0.35f * (noise2(p.x * 0.7f, s > 0 ? 1.0f : 4.0f) - 0.5f);
  const float red =
      ramp(0.8f, -0.8f, std::abs(s) - edge + wobble) * ramp(at_.mouth_half + 1.0f, at_.mouth_half - 2, ax);
  if (red <= 0) {
    // The shade below the lower lip and in the corners.
    out.albedo = out.albedo * (1 - 0.22f * bell(std::hypot(ax - at_.mouth_half - 1, s), 2.6f));
    return;
  }
  const float creases = noise2(p.x * 1.5f + 0.2f * s, s * 0.16f + 20) - 0.5f;
  V3 lip = lips_ * (1 + 0.16f * creases) * (s > 0 ? 0.86f : 1.0f);
  lip = mix(lip, lip * V3{0.75f, 0.55f, 0.55f}, 0.6f * bell(s, 1.6f));  // towards the wet inside
  out.albedo = mix(out.albedo, lip, 0.92f * red);
  out.gloss = mix(out.gloss, 1.5f + 1.2f * id_.make_up.lips, red);
  out.sharpness = mix(out.sharpness, 42, red);
  out.albedo = out.albedo * (1 - 0.55f * bell(s, 0.8f) * ramp(at_.mouth_half + 2, at_.mouth_half, ax));
}

void Painter::paint_brows(V3 p, Skin& out) const {
  const float ax = std::abs(p.x);
  if (ax < at_.brow_in - 4 || ax > at_.brow_out + 4 || std::abs(p.y - 56) > 20) return;
  const float t = clamp01((ax - at_.brow_in) / (at_.brow_out - at_.brow_in));
  const float d = (p.y - at_.brow_y(ax)) / at_.brow_thickness(ax);
  // Hairs rise at the inner end and lie flat at the tail.
  const float lean = mix(1.5f, 0.25f, std::sqrt(t));
  const float across = (ax * lean - (p.y - at_.brow_y(ax))) / std::sqrt(1 + lean * lean);
  const float along = (ax + (p.y - at_.brow_y(ax)) * lean) / std::sqrt(1 + lean * lean);
  const float streak = 0.65f * noise2(across * 1.7f + (p.x < 0 ? 40.0f : 0.0f), along * 0.20f) +
                       0.35f * noise2(across * 3.4f, along * 0.35f);
  const float body = ramp(1.35f, 0.35f, std::abs(d)) * ramp(at_.brow_in - 3, at_.brow_in + 4, ax) *
                     ramp(at_.brow_out + 3, at_.brow_out - 8, ax);
  const float hairs = clamp01((streak - (0.62f - 0.62f * body)) * 3.2f) * body;
  out.albedo = mix(out.albedo, brows_, clamp01(id_.brow_density * (0.42f * body + 0.75f * hairs)));
  out.gloss *= 1 - 0.8f * body;
}

void Painter::paint_beard_and_scalp(V3 p, Skin& out) const {
  const float ax = std::abs(p.x);
  if (id_.stubble > 0) {
    // Beard: below a line from the mouth's corners to the ears, moustache, not on the lips.
    const float cheek = ramp(4, -16, p.y - 0.42f * (ax - 30)) * ramp(16, 30, ax + (p.y < -44 ? 40.0f : 0.0f));
    const float moustache = bell(p.y + 14, 7.5f) * ramp(32, 24, ax);
    const float chin = ramp(-36, -46, p.y) * ramp(40, 30, ax);
    const float jaw = ramp(-92, -70, p.z);
    float where = clamp01(std::max({cheek, 0.9f * moustache, chin})) * jaw * ramp(-96, -80, p.y);
    const float s = p.y - at_.mouth_y;
    if (ax < at_.mouth_half && p.z > -12) where *= ramp(-0.5f, 2.5f, std::abs(s) - at_.lip_edge(ax, s > 0));
    const float dots = noise(p * 1.9f + seed_) * 0.6f + noise(p * 3.4f + seed_) * 0.4f;
    const float amount = id_.stubble * where * (0.38f + 0.62f * ramp(0.42f, 0.66f, dots));
    out.albedo = mix(out.albedo, hair_ * 0.9f + skin_ * 0.10f, 0.62f * amount);
    out.gloss *= 1 - 0.5f * amount;
  }
  if (id_.beard.length > 0) paint_beard_roots(p, out);
  if (id_.hair_style != HairStyle::bald) {
    // Roots thin out in front of the hairline and round the ears.
    const float above = smooth_max(p.y - at_.hairline(ax), -58.0f - p.z, 30);
    const float low = p.y - 2.0f;
    float inside = std::min({above, low, at_.beside_ear(p)});
    if (id_.hair_style == HairStyle::ring) inside = std::min(inside, at_.below_crown(p));
    if (inside < -14) return;
    const float roots = ramp(-7, 5, inside + 16 * (strand_at(id_, p).value - 0.5f));
    out.albedo = mix(out.albedo, hair_ * 0.55f, 0.95f * roots);
    if (inside > -2) out.gloss *= 0.3f;
  }
}

V3 Painter::light_skin(const Skin& skin, const Spot& spot) const {
  // Pores and fine creases tilt the normal a little.
  const V3 slope = noise_slope(spot.rest * 0.9f + seed_) * (0.072f * skin.bump);
  const V3 n = normalised(spot.normal - slope);
  const V3 l = lights_.key_direction;
  const float hard = dot(n, l), soft = dot(spot.soft_normal, l);
  const auto wrapped = [&](float d, float wrap) {
    wrap += 0.5f * lights_.softness;
    return std::max(0.0f, (d + wrap) / (1 + wrap));
  };
  // Red light travels farther under the skin: softer normal, more wrap, and it bleeds into shadow.
  const V3 diffuse{wrapped(mix(hard, soft, 0.75f), 0.32f), wrapped(mix(hard, soft, 0.45f), 0.14f),
                   wrapped(mix(hard, soft, 0.35f), 0.10f)};
  const V3 shadow{mix(0.07f, 1.0f, spot.lit), mix(0.02f, 1.0f, spot.lit), mix(0.015f, 1.0f, spot.lit)};
  const float ao = spot.occlusion;
  const V3 closed{std::pow(ao, 0.75f), ao, ao};
  V3 light = lights_.key * diffuse * shadow * mix(1.0f, ao, 0.35f) + lights_.ambient(n) * closed;
  V3 colour = skin.albedo * light;
  const V3 h = normalised(l + spot.to_camera);
  const float nh = std::max(0.0f, dot(n, h)), nv = clamp01(dot(n, spot.to_camera));
  const float edge = std::pow(1 - nv, 5.0f);
  const float sharpness = skin.sharpness * (1 - 0.7f * lights_.softness);
  const float lobe = 0.052f * std::pow(nh, sharpness) + 0.060f * std::pow(nh, sharpness * 4.5f);
  colour += lights_.key * (skin.gloss * lobe * (1 + 3 * edge) * spot.lit * ramp(0, 0.2f, hard) * ao);
  colour += lights_.rim * (edge * 0.28f * ao * clamp01(0.4f + n.y));
  return colour;
}

}  // namespace understudy::synthetic
