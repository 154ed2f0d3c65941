// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/motion.hpp"

namespace understudy::synthetic {

namespace {
constexpr float face_fraction = 0.385f, face_height = 137;  // brows to chin, of the frame's height; mm
constexpr V3 jaw_joint{0, 12, -70};
}  // namespace

Expression::Expression(const Anatomy& at, const Performance& play)
    : at_(at), play_(play), jaw_angle_(0.25f * clamp01(play.mouth_open)) {
  finer_ = false;
  for (float v : {play.lip_press, play.upper_lip_raise, play.lower_lip_drop, play.stretch, play.mouth_side, play.puff,
                  play.nose_wrinkle})
    finer_ = finer_ || v != 0;
}

V3 Expression::opened(V3 rest, float weight) const {
  const float a = jaw_angle_ * weight, c = std::cos(a), s = std::sin(a);
  const V3 d = rest - jaw_joint;
  // A jaw also glides forward a little as it opens.
  return jaw_joint + V3{d.x, c * d.y - s * d.z, s * d.y + c * d.z} + V3{5 * play_.jaw_side * weight, 0, 6 * a};
}

V3 Expression::mouth(V3 p, bool below) const {
  const float ax = std::abs(p.x), side = p.x < 0 ? -1.0f : 1.0f, s = p.y - at_.mouth_y;
  // One corner may smile more than the other.
  const float smirk = std::abs(play_.smirk);
  const float smile = smirk > 0 ? play_.smile + smirk * ramp(-12, 12, play_.smirk > 0 ? p.x : -p.x) : play_.smile;
  const float pucker = clamp01(play_.pucker);
  V3 d;
  const float corner = bell(std::hypot(ax - at_.mouth_half, s * 0.9f), 19);
  d += V3{side * (smile > 0 ? 6.5f : 2.0f) * smile, 5.0f * smile, -3.0f * std::max(smile, 0.0f)} * corner;
  const float lips = ramp(at_.mouth_half, at_.mouth_half - 14, ax);  // both sides agree where the lips meet
  if (!below)
    d += V3{0, 1.6f * smile, -1.2f * smile} * (lips * bell(s - 3, 10));
  else
    d += V3{0, 0.8f * smile, -1.0f * smile} * (lips * bell(s + 4, 12));
  if (smile > 0) {
    d += V3{side * 1.5f, 3.6f, 3.2f} * (smile * bell(std::hypot(ax - 39, p.y - 4), 19));  // cheeks rise
    const float t = clamp01((2 - p.y) / 26);                                              // and fold beside the nose
    d.z -= smile * 1.8f * bell(ax - mix(17, 35, t), 3.2f) * ramp(6, -2, p.y) * ramp(-32, -22, p.y);
  }
  // An open mouth draws the upper lip up a little.
  if (!below) d.y += 1.8f * clamp01(play_.mouth_open) * lips * bell(s - 2, 9);
  if (pucker > 0) {
    const float zone = bell(ax, 32) * bell(s, 19);
    d += V3{-p.x * 0.34f, 0, 6.5f * bell(ax, 22)} * (pucker * zone);
    d.y += pucker * (below ? -1.6f : 1.6f) * lips * bell(s, 11);
  }
  return d;
}

V3 Expression::finer_play(V3 p, bool below) const {
  const float ax = std::abs(p.x), side = p.x < 0 ? -1.0f : 1.0f, s = p.y - at_.mouth_y;
  const float lips = ramp(at_.mouth_half, at_.mouth_half - 14, ax);
  const float corner = bell(std::hypot(ax - at_.mouth_half, s * 0.9f), 19);
  V3 d;
  if (play_.lip_press > 0)  // the red of both lips rolls in towards the seam
    d += V3{0, -0.55f * s * bell(s, 11), -2.2f * bell(s, 9) * bell(ax, 26)} * (play_.lip_press * lips);
  if (!below) d += V3{0, 5.0f, 0.6f} * (play_.upper_lip_raise * lips * bell(s - 2, 12));
  if (below) d += V3{0, -5.0f, 0.4f} * (play_.lower_lip_drop * lips * bell(s + 2, 13));
  d += V3{side * 5.0f, 0.6f, -3.0f} * (play_.stretch * corner);
  d.x += 7.0f * play_.mouth_side * bell(s, 24) * bell(ax, 42);
  d += V3{side * 5.5f, 0, 4.0f} * (play_.puff * bell(std::hypot(ax - 40, 0.8f * (p.y + 22)), 19) * ramp(0, 8, ax));
  d += V3{-side * 0.8f * ramp(0, 6, ax), 3.2f, 0.8f} *
       (play_.nose_wrinkle * bell(std::hypot(ax - 13, 0.8f * (p.y - 4)), 13));
  return d;
}

V3 Expression::brows(V3 p) const {
  const float ax = std::abs(p.x), side = p.x < 0 ? -1.0f : 1.0f;
  const float raise = play_.brow_raise[p.x < 0 ? 0 : 1];
  // Across the nose both sides blend, or the skin would tear there.
  const float both = mix(0.5f * (play_.brow_raise[0] + play_.brow_raise[1]), raise, ramp(0, 16, ax));
  V3 d{0, 6.5f * both, -0.8f * both};
  d = d * (bell(ax - 32, 34) * (p.y > 58 ? bell(p.y - 58, 26) : bell(p.y - 58, 12)));
  d += V3{-side * 3.2f * ramp(0, 6, ax), -3.6f, 1.2f} * (play_.frown * bell(ax - 13, 13) * bell(p.y - 55, 13));
  return d;
}

V3 Expression::skin(V3 p, bool below) const {
  if (p.z < -100) return p;
  const float ax = std::abs(p.x), s = p.y - at_.mouth_y;
  // How far the skin follows the jaw: all the way at the chin, not at the cheekbones, half at the mouth's corners; at
  // the seam the lower lip follows fully and the upper lip not at all.
  float follow = ramp(at_.mouth_y + 26, at_.mouth_y - 26, p.y) * ramp(-98, -52, p.z);
  const float t = p.z > -20 ? std::sqrt(std::max(0.0f, 1 - (ax / at_.mouth_half) * (ax / at_.mouth_half))) : 0;
  if (t > 0) follow = below ? mix(follow, 1, t * bell(s, 30)) : mix(follow, 0, t * bell(s, 16));
  V3 q = jaw_angle_ > 0 || play_.jaw_side != 0 ? opened(p, follow) : p;
  if (p.z > -70) {
    if (p.y < 40) q += mouth(p, below) * ramp(40, 20, p.y);
    if (p.y < 40 && finer_) q += finer_play(p, below) * ramp(40, 20, p.y);
    if (p.y > 20) q += brows(p) * ramp(44, 52, p.y);
  }
  return q;
}

Bend::Bend(const Identity& id) : part_(id.proportions), side_(id.asymmetry) {
  any_ = false;
  for (float v : {part_.middle, part_.philtrum, part_.lower, part_.jaw_forward, part_.depth, side_.brows, side_.eyes,
                  side_.nose, side_.cheeks, side_.mouth, side_.jaw})
    any_ = any_ || v != 0;
}

V3 Bend::operator()(V3 p) const {
  if (!any_) return p;
  V3 d;
  // Below the eyes the parts move apart; half of it goes up again, so that the face stays in the frame's middle.
  const float middle = 4.0f * part_.middle, philtrum = 2.6f * part_.philtrum, lower = 4.0f * part_.lower;
  d.y = 0.6f * middle + 0.5f * philtrum + 0.3f * lower - middle * ramp(38, -2, p.y) - philtrum * ramp(-3, -23, p.y) -
        lower * ramp(-30, -62, p.y);
  const float front = ramp(-95, -35, p.z);
  d.z = front * (3.5f * part_.jaw_forward * ramp(5, -60, p.y) + 0.07f * part_.depth * (p.z + 40) * ramp(-95, -40, p.y));
  // -1 far left .. 1 far right.
  const float o = p.x / std::sqrt(900 + p.x * p.x);
  d.y += front * o *
         (3.0f * side_.brows * bell(p.y - 60, 15) + 2.0f * side_.eyes * bell(p.y - 38, 15) +
          3.0f * side_.mouth * bell(p.y + 26, 17));
  d.x += front * (3.5f * side_.nose * bell(p.y - 6, 17) * ramp(-5, 25, p.z) + 2.0f * side_.mouth * bell(p.y + 26, 17) +
                  4.5f * side_.jaw * ramp(0, -70, p.y) + 3.0f * side_.cheeks * o * o * bell(p.y + 5, 45));
  return p + d;
}

Camera camera_for(int width, int height, double lens) {
  const float scale =
      face_fraction * static_cast<float>(std::min(width, height)) / face_height;  // samples a mm at z = 0
  const float distance = 950 * static_cast<float>(lens);
  return {scale * distance, static_cast<float>(width) * 0.5f, static_cast<float>(height) * 0.5f, distance};
}

HeadPlacement place_head(const Identity& id, const Performance& play, int width, int height) {
  const auto about_x = [](float a) {
    return M3{{{{1, 0, 0}, {0, std::cos(a), -std::sin(a)}, {0, std::sin(a), std::cos(a)}}}};
  };
  const auto about_y = [](float a) {
    return M3{{{{std::cos(a), 0, std::sin(a)}, {0, 1, 0}, {-std::sin(a), 0, std::cos(a)}}}};
  };
  const auto about_z = [](float a) {
    return M3{{{{std::cos(a), -std::sin(a), 0}, {std::sin(a), std::cos(a), 0}, {0, 0, 1}}}};
  };
  // Spec pipeline.md 1.5 composes z, y, x in a frame whose y and z point the other way, so the signs here are turned.
  const auto turned = [&](float share) {
    return about_z(-static_cast<float>(play.roll) * degree * share) *
           about_y(-static_cast<float>(play.yaw) * degree * share) *
           about_x(-static_cast<float>(play.pitch) * degree * share);
  };
  HeadPlacement out{turned(1), turned(0.12f), {}, Bend(id)};
  const float face_px = face_fraction * static_cast<float>(std::min(width, height));
  const float mm = face_height / face_px * static_cast<float>(width);  // of one frame width at z = 0
  const float distance = camera_for(width, height, play.lens).distance;
  const float depth = distance * (1 - 1 / std::max(0.2f, static_cast<float>(play.size)));
  const float closer = (distance - depth) / distance;
  out.shift = V3{static_cast<float>(play.x) * mm * closer, -static_cast<float>(play.y) * mm * closer - 16, depth};
  return out;
}

}  // namespace understudy::synthetic
