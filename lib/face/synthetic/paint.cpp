// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/paint.hpp"

#include "lib/face/synthetic/noise.hpp"

namespace understudy::synthetic {

V3 linear(Colour c) { return {to_linear(c.r), to_linear(c.g), to_linear(c.b)}; }

Lights::Lights(const Performance& play) {
  const auto towards = [](double azimuth, double elevation) {
    const float az = static_cast<float>(azimuth) * degree, el = static_cast<float>(elevation) * degree;
    return V3{std::sin(az) * std::cos(el), std::sin(el), std::cos(az) * std::cos(el)};
  };
  key_direction = towards(play.light_azimuth, play.light_elevation);
  key = linear(play.light) * (1.0f * play.light_strength);
  const V3 tint{play.ambient_tint.r, play.ambient_tint.g, play.ambient_tint.b};
  sky = V3{0.25f, 0.27f, 0.30f} * play.ambient * tint;
  ground = V3{0.14f, 0.12f, 0.105f} * play.ambient * tint;
  fill = V3{0.10f, 0.105f, 0.115f} * play.ambient * tint;
  rim = V3{0.6f, 0.65f, 0.7f} * play.ambient * tint;
  softness = clamp01(play.light_softness);
  second_direction = towards(play.second_azimuth, play.second_elevation);
  second = linear(play.second_light);
  has_second = second.x > 0 || second.y > 0 || second.z > 0;
}

V3 Lights::ambient(V3 n) const {
  // The fill comes from the camera's side, opposite the key.
  const V3 from = normalised({-key_direction.x, 0.1f, std::max(0.3f, key_direction.z)});
  const V3 around = mix(ground, sky, 0.5f + 0.5f * n.y) + fill * std::max(0.0f, dot(n, from));
  return has_second ? around + second * std::max(0.0f, 0.2f + 0.8f * dot(n, second_direction)) : around;
}

Painter::Painter(const Identity& id, const Anatomy& at, const Performance& play, const HeadPlacement& place)
    : id_(id),
      at_(at),
      play_(play),
      place_(place),
      lights_(play),
      skin_(linear(id.skin)),
      lips_(id.make_up.lips > 0 ? mix(linear(id.lips), linear(id.make_up.lip_colour), id.make_up.lips)
                                : linear(id.lips)),
      iris_(linear(id.iris)),
      hair_(linear(id.hair)),
      brows_(linear(id.brows)),
      clothes_(linear(id.clothes)),
      background_(linear(play.background)),
      occluder_tint_{play.occluder_tint.r, play.occluder_tint.g, play.occluder_tint.b},
      beard_(linear(id.beard.colour)),
      frame_(linear(id.glasses.frame)),
      tint_(linear(id.glasses.tint_colour)),
      rouge_colour_(linear(id.make_up.rouge_colour)),
      shadow_colour_(linear(id.make_up.shadow_colour)),
      lids_{at.lid_state(play, 0), at.lid_state(play, 1)},
      seed_{static_cast<float>(id.seed % 1009) * 0.37f, static_cast<float>(id.seed % 757) * 0.53f,
            static_cast<float>(id.seed % 499) * 0.71f} {}

V3 Painter::colour(Material material, const Spot& spot) const {
  switch (material) {
    case Material::skin:
      return light_skin(skin_paint(spot.rest, spot.normal), spot);
    case Material::ear: {
      Skin skin;
      skin.albedo = skin_ * V3{1.02f, 0.82f, 0.80f} * (1 + 0.08f * (fractal(spot.rest * 0.12f + seed_, 2) - 0.5f));
      return light_skin(skin, spot);
    }
    case Material::hand: {
      Skin skin;
      skin.albedo = V3{0.50f, 0.30f, 0.22f} * (play_.occluder == OccluderKind::hand ? occluder_tint_ : V3{1, 1, 1}) *
                    (1 + 0.14f * (fractal(spot.rest * 0.09f, 3) - 0.5f));
      return light_skin(skin, spot);
    }
    case Material::eye:
      return eye(spot);
    case Material::hair:
      return hair(spot);
    case Material::teeth:
      return teeth(spot);
    case Material::mouth:
      return mouth(spot);
    case Material::body:
      return body(spot);
    case Material::bar:
      return solid(spot, V3{0.10f, 0.105f, 0.115f} * occluder_tint_, 0.5f, 40);
    case Material::beard:
      return beard(spot);
    case Material::frame:
      return frame(spot);
    case Material::lens:
      break;
  }
  return {};
}

V3 Painter::solid(const Spot& spot, V3 albedo, float gloss, float sharpness) const {
  const V3 l = lights_.key_direction, h = normalised(l + spot.to_camera);
  const V3 light =
      lights_.key * (std::max(0.0f, dot(spot.normal, l)) * spot.lit) + lights_.ambient(spot.normal) * spot.occlusion;
  return albedo * light + lights_.key * (gloss * spot.lit * std::pow(std::max(0.0f, dot(spot.normal, h)), sharpness));
}

V3 Painter::eye(const Spot& spot) const {
  const bool right = spot.extra > 0.5f;
  const LidState& lids = lids_[right ? 1 : 0];
  const float gx = std::clamp(play_.gaze_x, -32.0f, 32.0f) * degree,
              gy = std::clamp(play_.gaze_y, -25.0f, 25.0f) * degree;
  const V3 gaze{std::sin(gx) * std::cos(gy), std::sin(gy), std::cos(gx) * std::cos(gy)};
  const V3 p = spot.rest;
  const float ahead = dot(p, gaze);
  const V3 off = p - gaze * ahead;
  const float r = ahead > 0 ? length(off) : 99.0f;
  const float u = (right ? p.x : -p.x), v = p.y;
  // White of the eye, pinker towards the corners.
  V3 albedo = V3{0.66f, 0.61f, 0.57f} * V3{id_.eyes.sclera.r, id_.eyes.sclera.g, id_.eyes.sclera.b};
  albedo = mix(albedo, {0.60f, 0.36f, 0.32f}, 0.55f * ramp(0.55f, 1.0f, std::abs(u) / at_.eye_half));
  const float iris_r = 5.9f + 0.55f * id_.eyes.iris_size;
  if (r < iris_r + 0.5f) {
    const V3 side = normalised(cross({0, 1, 0}, gaze));
    const float angle = std::atan2(dot(off, cross(gaze, side)), dot(off, side));
    const float fibre = 0.6f * noise2(angle * 9, r * 0.45f) + 0.4f * noise2(angle * 22, r * 0.8f);
    V3 iris = iris_ * (0.55f + 0.9f * fibre);
    iris = mix(iris, iris * V3{1.5f, 1.2f, 0.8f}, 0.5f * ramp(3.6f, 2.0f, r));
    iris = iris * (1 - 0.75f * ramp(iris_r - 1.3f, iris_r - 0.1f, r));
    iris = iris * ramp(1.85f, 2.35f, r);
    albedo = mix(albedo, iris, ramp(iris_r + 0.35f, iris_r - 0.35f, r));
  }
  // The lids shade the ball.
  const float below_lid = at_.lid_edge(u, true, lids) - v, above_lid = v - at_.lid_edge(u, false, lids);
  const float shade = mix(0.30f, 1.0f, ramp(-0.4f, 3.4f, below_lid)) * mix(0.65f, 1.0f, ramp(-0.3f, 1.6f, above_lid)) *
                      mix(0.55f, 1.0f, ramp(at_.eye_half + 0.5f, at_.eye_half - 4, std::abs(u)));
  const float diffuse = std::max(0.0f, dot(spot.normal, lights_.key_direction) * 0.7f + 0.3f);
  V3 colour = albedo * (lights_.key * (diffuse * mix(0.3f, 1.0f, spot.lit)) + lights_.ambient(spot.normal)) * shade;
  // The cornea stands out and mirrors the light.
  const V3 local_n = r < iris_r + 1 ? normalised(p - gaze * 5.2f) : normalised(p);
  const V3 n = place_.turn * local_n;
  const V3 mirrored = n * (2 * dot(n, spot.to_camera)) - spot.to_camera;
  const float hit = dot(mirrored, lights_.key_direction);
  colour += lights_.key * (2.2f * ramp(0.955f, 0.985f, hit) * shade * mix(0.4f, 1.0f, spot.lit));
  colour += lights_.sky * (0.12f * ramp(0.1f, 0.9f, mirrored.y) * shade);
  return colour;
}

Strand strand_at(const Identity& id, V3 rest) {
  V3 pole{6, 150, -100};
  if (id.hair_style == HairStyle::swept) pole = {34, 128, 0};
  if (id.hair_style == HairStyle::bob || id.hair_style == HairStyle::long_hair) pole = {-16, 148, -40};
  const V3 centre{0, 55, -80};
  const V3 axis = normalised(pole - centre), d = rest - centre;
  const V3 unit = normalised(d);
  const V3 right = normalised(cross(axis, V3{0.2f, 0.1f, 1})), front = cross(right, axis);
  const float cosine = std::clamp(dot(unit, axis), -1.0f, 1.0f);
  const float polar = std::acos(cosine) * 85 - std::min(0.0f, rest.y - 20) * 0.8f;
  const float azimuth = std::atan2(dot(unit, right), dot(unit, front)) * 75;
  const float curl = id.hair_look.curl;
  float wave = 5.0f * (noise2(azimuth * 0.05f, polar * 0.03f) - 0.5f);
  if (curl > 0) wave += curl * 16.0f * (noise2(azimuth * 0.09f + 7, polar * mix(0.05f, 0.16f, curl)) - 0.5f);
  const float across = azimuth + wave;
  const float value = 0.45f * noise2(across * 1.25f, polar * 0.045f) +
                      0.33f * noise2(across * 0.50f + 50, polar * 0.03f) +
                      0.22f * noise2(across * 0.16f + 90, polar * 0.015f);
  // Strands run away from the pole, and hang below the ears.
  V3 along = normalised(unit * cosine - axis);
  if (rest.y < 20) along = normalised(mix(along, {0, -1, 0}, ramp(20, -20, rest.y)));
  return {value, along};
}

V3 Painter::hair(const Spot& spot) const {
  const Strand strand = strand_at(id_, spot.rest);
  const V3 along = normalised(place_.turn * strand.direction);
  const V3 n = spot.normal;
  const V3 t = normalised(along - n * dot(along, n) + n * (0.22f * (strand.value - 0.5f)));
  const V3 l = lights_.key_direction, h = normalised(l + spot.to_camera);
  const float th = dot(t, h), tl = dot(t, l);
  const float sin_h = std::sqrt(std::max(0.0f, 1 - th * th)), sin_l = std::sqrt(std::max(0.0f, 1 - tl * tl));
  const float facing = clamp01(dot(n, l) * 0.75f + 0.25f);
  float tone = 0.35f + 1.15f * ramp(0.25f, 0.75f, strand.value);
  if (id_.hair_look.contrast < 1) tone = mix(0.95f, tone, id_.hair_look.contrast);
  const float depth = mix(0.45f, 1.0f, spot.extra);
  const V3 albedo = hair_ * (tone * depth);
  const float dark = 0.2989f * hair_.x + 0.587f * hair_.y + 0.114f * hair_.z;
  V3 colour = albedo * (lights_.key * (sin_l * facing * 0.95f * mix(0.12f, 1.0f, spot.lit)) +
                        lights_.ambient(n) * (0.85f * depth));
  const float shine = std::pow(sin_h, 90.0f) * 0.10f + std::pow(sin_h, 22.0f) * 0.035f;
  colour += lights_.key * (V3{1, 0.95f, 0.9f} * 0.35f + hair_ * 2.2f) *
            (shine * facing * spot.lit * tone * (0.6f + 0.6f * dark) * depth);
  return colour;
}

V3 Painter::teeth(const Spot& spot) const {
  const float x = spot.rest.x, ax = std::abs(x);
  const bool upper = spot.extra > 0.5f;
  // Widths of incisor, lateral, canine, premolars; the lower front teeth are narrower.
  constexpr std::array<float, 6> upper_ends{8.6f, 15.2f, 20.6f, 25, 29, 34}, lower_ends{5.4f, 11.2f, 16.6f, 21, 25, 30};
  const TeethLook& look = id_.teeth;
  const float wide = 1 + 0.12f * look.size;
  float gap = ax < 1 ? ax : 99.0f, tooth = x < 0 ? -1.0f : 1.0f;
  for (float end : upper ? upper_ends : lower_ends) {
    // No tooth stands quite where it should.
    const float off = look.crooked * 1.2f * (noise2(end * 0.9f + tooth, seed_.x) - 0.5f);
    gap = std::min(gap, std::abs(ax - end * wide - off));
  }
  V3 albedo =
      V3{0.66f, 0.60f, 0.50f} * V3{look.tint.r, look.tint.g, look.tint.b} * (1 - 0.35f * ramp(0.45f, 0.05f, gap));
  if (look.gap > 0 && upper) albedo = albedo * mix(1.0f, 0.08f, ramp(1.2f * look.gap, 0.7f * look.gap, ax));
  if (look.crooked > 0)
    albedo = albedo * (1 - 0.35f * look.crooked * noise2(std::floor(x / (upper ? 7.0f : 5.5f)) * 3.7f, seed_.y));
  const float deep = ramp(9, 23, ax);
  const float from_gum = upper ? at_.mouth_y + 8 - spot.rest.y : spot.rest.y - (at_.mouth_y - 13);
  albedo = mix({0.48f, 0.20f, 0.19f}, albedo, ramp(0.5f, 1.6f, from_gum - 0.25f * std::min(gap, 2.0f)));
  const float shade = mix(0.80f, 0.12f, deep) * (upper ? 1.0f : 0.62f) *
                      (0.35f + 0.65f * clamp01(play_.mouth_open * 2 + play_.smile + play_.upper_lip_raise));
  Spot inside = spot;
  inside.occlusion = shade;
  inside.lit = spot.lit * shade;
  return solid(inside, albedo, 0.10f, 60);
}

V3 Painter::mouth(const Spot& spot) const {
  Spot inside = spot;
  const bool tongue = spot.extra > 0.5f;
  // A tongue that is put out comes into the light.
  const float out = clamp01(spot.extra - 1);
  inside.occlusion = tongue ? mix(0.34f, 0.85f, out) : 0.10f;
  inside.lit = spot.lit * (tongue ? mix(0.32f, 1.0f, out) : 0.04f);
  const float rough = fractal(spot.rest * 0.5f, 2);
  return solid(inside, tongue ? V3{0.52f, 0.20f, 0.19f} * (0.8f + 0.4f * rough) : V3{0.26f, 0.06f, 0.055f}, 0.05f, 20);
}

V3 Painter::body(const Spot& spot) const {
  const V3 p = spot.rest;
  // A round neckline; cloth beyond it, thick at the edge.
  const float neckline = std::hypot(p.x * 0.98f, (p.z + 80) * 0.9f) - 88 - 0.42f * (p.y + 122) - 0.16f * (p.z + 80);
  if (neckline < 0) {
    Skin skin;
    skin.albedo = skin_ * V3{0.97f, 0.93f, 0.92f} * (1 + 0.12f * (fractal(p * 0.05f + seed_, 3) - 0.5f));
    if (id_.stubble > 0)
      skin.albedo = mix(skin.albedo, hair_, 0.18f * id_.stubble * ramp(-110, -70, p.y) * ramp(-70, -40, p.z));
    Spot shaded = spot;
    shaded.occlusion = mix(0.42f, 1.0f, ramp(-60, -120, p.y)) * mix(1.0f, 0.7f, ramp(-8, 0, neckline));
    return light_skin(skin, shaded);
  }
  const float fold = fractal(V3{p.x * 0.018f, p.y * 0.03f, p.z * 0.02f} + seed_, 3) - 0.5f;
  const float weave = noise2(p.x * 1.1f + p.z, p.y * 1.1f) - 0.5f;
  const float hem = bell(neckline - 5, 1.2f);
  return solid(spot, clothes_ * (1 + 0.55f * fold + 0.14f * weave - 0.4f * hem), 0.015f, 8);
}

V3 Painter::background(float u, float v) const {
  const V3 p{u * 1.3f, v * 1.3f, static_cast<float>(play_.set_seed) * 1.7f};
  const float soft = fractal(p, 2) - 0.5f;
  V3 colour = background_ * (1.0f + 0.75f * soft - 0.30f * v - 0.22f * (u * u + v * v));
  // Out-of-focus shapes on a wall: a window's edge, a shelf.
  const float s = static_cast<float>(play_.set_seed % 13) * 0.07f - 0.42f;
  colour = mix(colour, colour * V3{1.35f, 1.28f, 1.15f}, 0.5f * ramp(0.12f, -0.02f, std::abs(u - s) - 0.13f));
  colour = mix(colour, colour * V3{0.62f, 0.60f, 0.58f}, 0.55f * ramp(-0.03f, 0.05f, v - 0.32f + 0.08f * u));
  if (play_.clutter > 0) colour = clutter(u, v, colour);
  return colour * mix(0.8f, 1.0f, clamp01(play_.ambient));
}

// Things behind the person, far out of focus.
V3 Painter::clutter(float u, float v, V3 wall) const {
  const auto seed = static_cast<int>(play_.set_seed);
  for (int i = 0; i < 4; ++i) {
    const auto random = [&](int k) { return hash01(seed, i, 60 + k); };
    const V3 own{random(0), random(1), random(2)};
    const float grey = (own.x + own.y + own.z) / 3, fine = mix(1.5f, 7.0f, random(3) * random(3));
    const V3 thing = mix(V3{grey, grey, grey}, own, 0.45f) * (1.3f * grey);
    // Upright things, lying things, leaves.
    const float stretch = i == 0 ? 0.25f : i == 1 ? 3.0f : 1.0f;
    const float there = noise2(u * fine * stretch + 50 * random(4), v * fine / stretch + 50 * random(5));
    wall = mix(wall, thing, play_.clutter * ramp(0.50f, 0.50f + 0.25f * random(6) + 0.04f, there));
  }
  return wall;
}

bool Painter::keep_skin(V3 rest) const {
  const float u = std::abs(rest.x) - at_.eye.x, v = rest.y - at_.eye.y;
  return at_.opening(u, v, lids_[rest.x < 0 ? 0 : 1]) <= 0;
}

bool Painter::keep_hair(V3 rest, float shell, float height) const {
  // Between the curtains of long hair the volume has no front.
  if (id_.hair_style == HairStyle::long_hair && rest.y < -48 && rest.z > -78 && std::abs(rest.x) < 34) return false;
  // Ragged where the volume meets the skin, sparse in the outer shells.
  const bool at_edge = height < mix(0.8f, 3.0f, ramp(20, 60, rest.y)), root = shell <= 0.001f;
  if (root && !at_edge) return true;
  const float strand = strand_at(id_, rest).value;
  if (at_edge && strand < 0.66f - 0.15f * (height + 0.5f)) return false;
  return root || strand > 0.36f + 0.34f * shell;
}

bool Painter::is_face(Material material, V3 p) const {
  if (material == Material::eye || material == Material::teeth || material == Material::mouth) return true;
  if (material != Material::skin && material != Material::beard) return false;
  if (p.z < -54 || p.y > at_.hairline(std::abs(p.x)) + 2) return false;
  // Behind the jaw line of spec pipeline.md 1.5 the skin is throat.
  const float jaw_z = p.y > -8    ? -54.0f
                      : p.y > -56 ? mix(-50, -36, (-8 - p.y) / 48)
                                  : mix(-36, -8, clamp01((-56 - p.y) / 21));
  return p.z > jaw_z;
}

}  // namespace understudy::synthetic
