// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/dice.hpp"
#include "lib/face/synthetic/wild.hpp"

namespace understudy::synthetic {

namespace {

constexpr std::int32_t take_stream = 77002;

void draw_pose(Performance& p, Dice& dice) {
  // Mostly towards the camera, now and then far to the side.
  p.yaw = dice.chance(0.2f) ? dice.between(-60, 60) : dice.bell(0, 17, 45);
  p.pitch = dice.bell(2, 9, 25);
  p.roll = dice.bell(0, 6, 15);
  p.lens = dice.chance(0.3f) ? dice.between(0.5f, 0.8f) : dice.between(0.8f, 2.6f);
  p.size = 1;
  p.x = dice.bell(0, 0.025f, 0.06f);
  p.y = dice.bell(0, 0.02f, 0.05f);
}

void draw_eyes(Performance& p, Dice& dice) {
  const float kind = dice.unit();
  float shut = dice.between(0, 0.12f);
  if (kind < 0.15f)
    shut = 1;
  else if (kind < 0.27f)
    shut = dice.between(0.25f, 0.9f);
  p.blink = {shut, shut};
  if (kind > 0.95f) p.blink[dice.chance(0.5f) ? 1 : 0] = dice.between(0.7f, 1.0f);
  if (dice.chance(0.4f)) {  // into the camera
    p.gaze_x = static_cast<float>(p.yaw) + dice.bell(3);
    p.gaze_y = static_cast<float>(-p.pitch) + dice.bell(3);
  } else {
    p.gaze_x = dice.bell(13);
    p.gaze_y = dice.bell(8);
  }
  p.gaze_x = std::clamp(p.gaze_x, -30.0f, 30.0f);
  p.gaze_y = std::clamp(p.gaze_y, -22.0f, 22.0f);
  const float raise = dice.chance(0.25f) ? dice.between(-0.9f, 1.0f) : dice.bell(0.22f);
  const float uneven = dice.chance(0.12f) ? dice.bell(0.5f) : dice.bell(0.06f);
  p.brow_raise = {std::clamp(raise - uneven, -1.0f, 1.0f), std::clamp(raise + uneven, -1.0f, 1.0f)};
  p.frown = dice.chance(0.25f) ? dice.between(0.1f, 1.0f) : 0;
}

void draw_mouth(Performance& p, Dice& dice) {
  const float open = dice.unit();
  if (open > 0.8f)
    p.mouth_open = dice.between(0.45f, 1.0f);
  else if (open > 0.48f)
    p.mouth_open = dice.between(0.08f, 0.5f);
  const float mood = dice.unit();
  if (mood < 0.32f)
    p.smile = dice.between(0.25f, 1.0f);
  else if (mood < 0.44f)
    p.smile = -dice.between(0.2f, 1.0f);
  else
    p.smile = dice.bell(0.10f);
  if (dice.chance(0.22f)) {
    p.pucker = dice.between(0.2f, 1.0f);
    p.smile *= 0.35f;
  }
}

// What goes beyond the usual expressions: one or two at a time in a third of the takes.
void draw_finer_play(Performance& p, Dice& dice) {
  if (dice.chance(0.30f)) p.squint[0] = p.squint[1] = dice.between(0.2f, 1.0f);
  if (dice.chance(0.06f)) p.squint[dice.chance(0.5f) ? 1 : 0] = dice.between(0.3f, 1.0f);
  const auto one_of = [&](float probability) { return dice.chance(probability) ? dice.between(0.2f, 1.0f) : 0; };
  p.nose_wrinkle = one_of(0.08f);
  p.upper_lip_raise = one_of(p.mouth_open > 0 ? 0.25f : 0.06f);
  p.lower_lip_drop = one_of(p.mouth_open > 0 ? 0.25f : 0.04f);
  p.stretch = one_of(0.14f);
  p.puff = one_of(0.04f);
  if (p.mouth_open < 0.05f) p.lip_press = one_of(0.18f);
  if (dice.chance(0.15f)) p.smirk = dice.between(-0.7f, 0.7f);
  if (dice.chance(0.10f)) p.mouth_side = dice.between(-0.8f, 0.8f);
  if (dice.chance(0.10f)) p.jaw_side = dice.between(-1, 1);
  if (p.mouth_open > 0.3f && dice.chance(0.12f)) p.tongue = dice.between(0.3f, 1.0f);
}

// A colour of light: daylight and lamps lie between orange and blue, stage light anywhere.
Colour light_colour(Dice& dice) {
  if (dice.chance(0.08f)) return {dice.between(0.25f, 1), dice.between(0.25f, 1), dice.between(0.25f, 1)};
  const float warm = dice.bell(0.25f, 0.35f, 1);
  const float tint = dice.bell(0.02f);
  return warm > 0 ? times({1, 1, 1}, 1, 1 - 0.14f * warm + tint, 1 - 0.36f * warm)
                  : times({1, 1, 1}, 1 + 0.18f * warm, 1 + 0.07f * warm + tint, 1);
}

void draw_light(Performance& p, Dice& dice) {
  const float kind = dice.unit();
  if (kind < 0.32f) {  // indoors, from the camera's side
    p.light_azimuth = dice.between(-45, 45);
    p.light_elevation = dice.between(5, 55);
  } else if (kind < 0.64f) {  // a window, a lamp, the sun high
    p.light_azimuth = dice.between(-75, 75);
    p.light_elevation = dice.between(10, 65);
  } else if (kind < 0.80f) {  // from the side
    p.light_azimuth = dice.between(65, 115) * (dice.chance(0.5f) ? 1 : -1);
    p.light_elevation = dice.between(-5, 45);
  } else if (kind < 0.87f) {  // a screen, a fire
    p.light_azimuth = dice.between(-50, 50);
    p.light_elevation = dice.between(-50, -10);
  } else {  // against the light
    p.light_azimuth = dice.between(115, 245);
    p.light_elevation = dice.between(10, 55);
  }
  p.light = light_colour(dice);
  p.light_softness = dice.chance(kind < 0.32f ? 0.85f : 0.35f) ? dice.between(0.6f, 1.0f) : dice.between(0.02f, 0.6f);
  // Key and ambient together give the exposure; their share the contrast.
  const float exposure = dice.chance(0.2f) ? dice.between(0.45f, 1.75f) : dice.between(0.75f, 1.3f);
  const float contrast = kind < 0.32f ? dice.between(0.1f, 0.45f) : dice.between(0.12f, 1.0f);
  p.light_strength = exposure * mix(0.35f, 1.25f, contrast);
  p.ambient = exposure * mix(2.1f, 0.45f, contrast);
  p.ambient_tint = blend({1, 1, 1}, light_colour(dice), 0.8f);
  const bool front = kind < 0.32f && dice.chance(0.7f);  // a bright room before the face
  if (front || dice.chance(0.35f)) {
    p.second_azimuth = front ? dice.between(-35, 35) : dice.between(60, 300);
    p.second_elevation = front ? dice.between(-10, 30) : dice.between(-20, 50);
    const float strength = (front ? dice.between(0.4f, 0.9f) : dice.between(0.1f, 0.8f)) * exposure;
    if (front) p.light_strength *= 0.6f, p.ambient *= 0.7f;
    p.second_light = times(light_colour(dice), strength, strength, strength);
  }
}

void draw_set(Performance& p, Dice& dice, bool hidden) {
  const float grey = dice.between(0.03f, 0.95f);
  const float colourful = dice.unit();
  p.background = blend({grey, grey, grey}, {dice.unit(), dice.unit(), dice.unit()}, 0.6f * colourful * colourful);
  p.clutter = dice.chance(0.6f) ? dice.between(0.3f, 1.0f) : 0;
  p.set_seed = dice.number() % 100003;
  p.grain_seed = dice.number() % 100003;
  p.grain = dice.between(0, 0.8f);
  if (dice.chance(0.91f) && !hidden) return;
  const float kind = dice.unit();
  p.occluder = kind < 0.60f   ? OccluderKind::hand
               : kind < 0.74f ? OccluderKind::bar
               : kind < 0.87f ? OccluderKind::microphone
                              : OccluderKind::cup;
  if (p.occluder == OccluderKind::hand) {
    const float dark = dice.unit();
    p.occluder_tint = {mix(1.3f, 0.25f, dark), mix(1.35f, 0.24f, dark), mix(1.4f, 0.22f, dark)};
  } else {
    p.occluder_tint = {dice.between(0.2f, 4), dice.between(0.2f, 4), dice.between(0.2f, 4)};
  }
  p.occluder_x = dice.bell(0.14f);
  p.occluder_y = dice.bell(0.10f, 0.14f, 0.4f);
  p.occluder_angle = p.occluder == OccluderKind::hand ? dice.bell(45) : dice.between(-90, 90);
}

}  // namespace

Performance wild_performance(std::uint32_t seed, bool hidden) {
  Dice dice(seed, take_stream);
  Performance p;
  draw_pose(p, dice);
  draw_eyes(p, dice);
  draw_mouth(p, dice);
  draw_finer_play(p, dice);
  draw_light(p, dice);
  draw_set(p, dice, hidden);
  return p;
}

}  // namespace understudy::synthetic
