// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/dice.hpp"
#include "lib/face/synthetic/wild.hpp"

namespace understudy::synthetic {

namespace {

constexpr std::int32_t person_stream = 77001;

// What several measures of a person have in common, each about -1..1.
struct Leaning {
  float mature;   // brow ridge, jaw, nose, beard; the other way fuller lips, larger eyes, arched brows
  float heavy;    // width of face, cheeks and neck
  float melanin;  // 0 very light .. 1 very dark
  float flat;     // 0..1: low bridge, long lid, straight dark hair
  float age;      // 0..1
};

Leaning draw_leaning(Dice& dice) {
  Leaning out;
  out.mature = dice.between(-1, 1);
  out.heavy = dice.bell(0.55f);
  const float tone = dice.unit();
  out.melanin = tone < 0.55f ? tone * 0.6f : 0.33f + (tone - 0.55f) * 1.48f;  // lighter and darker skins alike
  out.flat = dice.chance(0.25f) && out.melanin < 0.65f ? dice.between(0.5f, 1.0f) : dice.between(0, 0.3f);
  const float age = dice.unit();
  out.age = age * mix(age, 1, 0.45f);
  return out;
}

void draw_shape(Identity& id, const Leaning& lean, Dice& dice) {
  const auto shape = [&](float middle, float deviation = 0.46f) { return dice.bell(middle, deviation, 1.3f); };
  const float m = lean.mature, h = lean.heavy, dark = lean.melanin - 0.4f, flat = lean.flat, old = lean.age - 0.35f;
  id.face_width = shape(0.45f * h + 0.3f * flat + 0.35f);
  id.jaw_width = shape(0.45f * m + 0.35f * h - 0.1f);
  id.chin_length = shape(0.25f * m);
  id.chin_width = shape(0.4f * m + 0.2f * h);
  id.cheekbones = shape(0.35f * flat - 0.1f * m);
  id.cheek_fullness = shape(0.6f * h - 0.5f * old);
  id.forehead = shape(0.2f * old + 0.1f);
  id.brow_ridge = shape(0.6f * m - 0.3f * flat);
  id.nose_length = shape(0.15f * m + 0.4f * old - 0.15f * dark);
  id.nose_width = shape(0.25f * m + 0.9f * dark + 0.2f * flat - 0.3f);
  id.nose_projection = shape(0.2f * m - 0.5f * flat - 0.3f * dark);
  id.nose_bridge = shape(0.25f * m - 0.7f * flat - 0.5f * dark);
  id.nose_tip_up = shape(-0.2f * m - 0.4f * old);
  id.mouth_width = shape(0.1f * m + 0.3f * dark);
  id.upper_lip = shape(0.2f + 0.7f * dark - 0.3f * m - 0.5f * old);
  id.lower_lip = shape(0.3f + 0.7f * dark - 0.25f * m - 0.4f * old);
  id.eye_size = shape(0.2f - 0.35f * m - 0.3f * old - 0.2f * flat);
  id.eye_spacing = dice.bell(0.15f * flat - 0.75f, 0.5f, 1.8f);
  id.eye_tilt = shape(0.5f * flat - 0.3f * old);
  id.eye_depth = shape(0.35f * m - 0.6f * flat + 0.2f * old);
  id.brow_height = dice.bell(-1.0f - 0.5f * m, 0.65f, 2.6f);
  id.brow_thickness = shape(0.5f * m + 0.45f, 0.6f);
  id.brow_arch = shape(-0.4f * m);
  id.ear_size = shape(0.25f * m + 0.6f * old);
  id.neck_width = shape(0.5f * m + 0.4f * h);
  Proportions& part = id.proportions;
  part.middle = shape(0.1f * m + 0.15f * old - 0.1f);
  part.philtrum = shape(0.1f * m + 0.3f * old + 0.1f * flat);
  part.lower = dice.bell(0.3f * m - 0.75f, 0.6f, 2);
  part.jaw_forward = shape(0.4f * dark);
  part.depth = shape(-0.4f * flat);
  Asymmetry& side = id.asymmetry;
  for (float* v : {&side.brows, &side.eyes, &side.lids, &side.nose, &side.cheeks, &side.mouth, &side.jaw})
    *v = dice.bell(0, 0.35f, 1);
}

// sRGB of skins by melanin, along the measured range of human skin (light to dark: reflectances fall most in blue).
Colour skin_of(float melanin) {
  constexpr std::array<Colour, 6> tones{{{0.960f, 0.820f, 0.755f},
                                         {0.905f, 0.730f, 0.635f},
                                         {0.800f, 0.605f, 0.485f},
                                         {0.640f, 0.455f, 0.345f},
                                         {0.455f, 0.310f, 0.235f},
                                         {0.270f, 0.185f, 0.145f}}};
  const float at = clamp01(melanin) * (tones.size() - 1.001f);
  const auto i = static_cast<std::size_t>(at);
  return blend(tones[i], tones[i + 1], at - static_cast<float>(i));
}

void draw_skin(Identity& id, const Leaning& lean, Dice& dice) {
  const float yellow = dice.bell(0.03f * lean.flat, 0.03f, 0.1f), red = dice.bell(0.022f),
              lightness = dice.bell(0.035f);
  id.skin = times(skin_of(lean.melanin), 1 + lightness + red, 1 + lightness + 0.25f * yellow - 0.5f * red,
                  1 + lightness - yellow - 0.3f * red);
  const Colour pale{0.77f, 0.45f, 0.43f}, deep{0.37f, 0.21f, 0.19f};
  id.lips = blend(blend(pale, deep, lean.melanin), id.skin, dice.between(0.05f, 0.45f));
  id.redness = clamp01(dice.between(0.1f, 1.1f) * (1 - 0.6f * lean.melanin));
  id.freckles = dice.chance(0.35f * (1 - lean.melanin)) ? dice.between(0.2f, 1.0f) : 0;
}

Colour hair_colour(const Leaning& lean, Dice& dice) {
  constexpr std::array<Colour, 6> natural{{{0.055f, 0.050f, 0.050f},    // black
                                           {0.145f, 0.105f, 0.085f},    // dark brown
                                           {0.360f, 0.250f, 0.175f},    // brown
                                           {0.620f, 0.480f, 0.320f},    // dark blond
                                           {0.960f, 0.840f, 0.630f},    // blond
                                           {0.620f, 0.280f, 0.130f}}};  // red
  const float light = clamp01(1.35f - 2.2f * lean.melanin) * (1 - lean.flat);
  const float pick = dice.unit();
  float at = 1.2f * pick;
  if (dice.chance(light)) at = 0.8f + 3.2f * pick;
  const auto i = static_cast<std::size_t>(std::min(at, 3.999f));
  Colour out = blend(natural[i], natural[i + 1], at - static_cast<float>(i));
  if (dice.chance(0.08f * light + 0.02f)) out = times(natural[5], dice.between(0.7f, 1.2f), 1, 1);
  return out;
}

void draw_colours(Identity& id, const Leaning& lean, Dice& dice) {
  id.hair = hair_colour(lean, dice);
  id.brows = blend(id.hair, {0.10f, 0.075f, 0.06f}, dice.between(0.3f, 0.75f));
  // Grey comes with age, to the brows later.
  const float grey = clamp01(3.0f * (lean.age - 0.55f) + dice.bell(0.3f)) * dice.between(0.5f, 1.0f);
  const Colour silver{0.80f, 0.79f, 0.78f};
  if (lean.age > 0.4f) {
    id.hair = blend(id.hair, silver, grey);
    id.brows = blend(id.brows, silver, 0.6f * grey * dice.unit());
  }
  constexpr std::array<Colour, 5> eyes{{{0.145f, 0.085f, 0.050f},
                                        {0.300f, 0.185f, 0.095f},
                                        {0.355f, 0.330f, 0.175f},
                                        {0.330f, 0.430f, 0.360f},
                                        {0.370f, 0.490f, 0.580f}}};
  const float pale = clamp01(1 - 1.5f * lean.melanin) * (1 - lean.flat);
  const float at = dice.unit() * mix(1.2f, 3.99f, pale);
  const auto i = static_cast<std::size_t>(at);
  id.iris = blend(eyes[i], eyes[i + 1], at - static_cast<float>(i));
  id.clothes = {dice.between(0.06f, 0.9f), dice.between(0.06f, 0.9f), dice.between(0.06f, 0.9f)};
  id.clothes = blend(id.clothes, {0.4f, 0.4f, 0.4f}, dice.between(0, 0.8f));
}

void draw_surface(Identity& id, const Leaning& lean, Dice& dice) {
  EyeLook& eyes = id.eyes;
  eyes.crease = std::clamp(dice.bell(0.4f) + 0.2f - 1.3f * ramp(0.3f, 0.9f, lean.flat), -1.0f, 1.0f);
  eyes.hood = clamp01(dice.bell(0.25f) - 0.15f + 0.4f * lean.age + 0.3f * lean.flat);
  eyes.inner_fold = lean.flat > 0.4f ? lean.flat * dice.unit() : 0;
  eyes.roundness = dice.bell(0.55f - 0.3f * lean.flat, 0.5f, 1.5f);
  eyes.iris_size = dice.bell(0, 0.45f, 1);
  const float red = 0.06f * dice.unit(), yellow = 0.10f * dice.unit() * (0.4f + lean.melanin + lean.age);
  const float white = dice.between(0.5f, 0.95f);
  eyes.sclera = {white, white * (1 - red), white * (1 - red - yellow)};
  eyes.circles = clamp01(dice.bell(0.3f) + 0.25f);
  eyes.bags = clamp01(dice.bell(0.25f) + 0.9f * (lean.age - 0.35f));
  SkinMarks& marks = id.marks;
  marks.moles = dice.chance(0.5f) ? dice.unit() : 0;
  marks.blemishes = dice.chance(0.3f) ? dice.between(0.2f, 1.0f) : 0;
  marks.pores = clamp01(dice.bell(0.3f) + 0.3f + 0.2f * lean.mature);
  marks.patches = dice.between(0, 0.8f);
  marks.shine = clamp01(dice.bell(0.4f) + 0.3f);
  marks.wrinkles = clamp01(1.5f * (lean.age - 0.25f) + dice.bell(0.15f));
}

void draw_make_up(Identity& id, const Leaning& lean, Dice& dice) {
  MakeUp& make_up = id.make_up;
  const bool worn = dice.chance(0.5f - 0.5f * lean.mature);
  if (!worn) return;
  make_up.foundation = dice.unit();
  make_up.rouge = dice.chance(0.5f) ? dice.unit() : 0;
  make_up.liner = dice.chance(0.5f) ? dice.unit() : 0;
  make_up.mascara = dice.unit();
  make_up.shadow = dice.chance(0.4f) ? dice.between(0.1f, 0.9f) : 0;
  make_up.shadow_colour = {dice.between(0.12f, 0.6f), dice.between(0.10f, 0.4f), dice.between(0.10f, 0.5f)};
  if (dice.chance(0.6f)) make_up.lips = dice.between(0.2f, 1.0f);
  make_up.lip_colour = blend({0.72f, 0.30f, 0.30f}, {0.45f, 0.04f, 0.10f}, dice.unit());
  make_up.lip_colour = blend(make_up.lip_colour, {0.75f, 0.25f, 0.45f}, 0.6f * dice.unit());
}

void draw_beard(Identity& id, const Leaning& lean, Dice& dice) {
  if (lean.mature < 0.1f) return;
  id.stubble = dice.chance(0.7f) ? dice.unit() : 0;
  const float kind = dice.unit();
  Beard& beard = id.beard;
  beard.colour =
      blend(times(id.hair, 1.05f, 0.95f, 0.9f), {0.62f, 0.61f, 0.60f}, id.age > 0.5f ? 0.7f * dice.unit() : 0);
  if (kind > 0.55f) return;
  const float thick = dice.between(0.55f, 1.0f);
  beard.length = dice.chance(0.35f) ? dice.between(7, 20) : dice.between(1.5f, 7);
  if (kind < 0.28f) {  // full
    beard.chin = beard.jaw = thick;
    beard.moustache = dice.between(0.5f, 1.0f) * thick;
    beard.cheeks = dice.between(0.3f, 1.0f) * thick;
  } else if (kind < 0.42f) {  // round the mouth
    beard.chin = thick;
    beard.moustache = dice.chance(0.8f) ? thick : 0;
  } else if (kind < 0.50f) {
    beard.moustache = thick;
  } else {
    beard.chin = 0.8f * thick, beard.jaw = thick;
  }
}

void draw_glasses(Identity& id, const Leaning& lean, Dice& dice) {
  Glasses& glasses = id.glasses;
  if (!dice.chance(0.16f + 0.15f * lean.age)) return;
  glasses.shape = static_cast<GlassesShape>(1 + static_cast<int>(dice.between(0, 5.999f)));
  glasses.size = dice.bell(0.5f);
  glasses.thickness = dice.chance(0.4f) ? dice.between(0, 0.15f) : dice.between(0.2f, 1.0f);
  const float grey = dice.between(0.02f, 0.25f);
  glasses.frame = {grey, grey, grey};
  if (dice.chance(0.3f))
    glasses.frame = {dice.between(0.2f, 0.5f), dice.between(0.08f, 0.3f), dice.between(0.03f, 0.2f)};
  if (dice.chance(0.2f)) glasses.frame = {0.7f, 0.66f, dice.between(0.4f, 0.7f)};
  glasses.reflection = dice.unit() * dice.unit();
  if (dice.chance(0.12f)) glasses.tint = dice.between(0.6f, 1.0f);
  glasses.tint_colour = {dice.between(0.02f, 0.3f), dice.between(0.02f, 0.25f), dice.between(0.02f, 0.25f)};
}

void draw_hair(Identity& id, const Leaning& lean, Dice& dice) {
  const float style = dice.unit(), m = lean.mature;
  const bool loses = m > 0 && dice.chance(0.05f + 0.5f * lean.age);
  if (loses)
    id.hair_style = dice.chance(0.5f) ? HairStyle::bald : HairStyle::ring;
  else if (style < 0.48f - 0.45f * m)
    id.hair_style = HairStyle::long_hair;
  else
    id.hair_style = style < 0.74f - 0.1f * m ? HairStyle::swept : HairStyle::cropped;
  HairLook& hair = id.hair_look;
  hair.length = dice.unit();
  // Of light hair the shaded strands are light too.
  hair.contrast = dice.between(0.5f, 1.0f) * mix(1.0f, 0.45f, ramp(0.3f, 0.9f, id.hair.g));
  hair.volume = dice.bell(0, 0.5f, 1.1f);
  hair.curl = dice.chance(0.3f + 0.3f * lean.melanin) ? dice.unit() : 0;
  if (id.hair_style == HairStyle::bald || id.hair_style == HairStyle::ring) return;
  if (m > 0) hair.recession = clamp01(dice.bell(0.3f) + 0.9f * (lean.age - 0.3f));
  if (dice.chance(0.28f)) hair.fringe = dice.between(0.15f, 1.0f), hair.recession = 0;
}

void draw_teeth(Identity& id, const Leaning& lean, Dice& dice) {
  TeethLook& teeth = id.teeth;
  teeth.size = dice.bell(0, 0.5f, 1.2f);
  teeth.crooked = dice.chance(0.5f) ? dice.unit() : 0.15f;
  teeth.gap = dice.chance(0.12f) ? dice.unit() : 0;
  const float bright = dice.between(0.72f, 1.25f), yellow = dice.between(0, 0.22f) + 0.15f * lean.age;
  teeth.tint = {bright, bright * (1 - 0.3f * yellow), bright * (1 - yellow)};
}

}  // namespace

Identity wild_identity(std::uint32_t seed) {
  Dice dice(seed, person_stream);
  const Leaning lean = draw_leaning(dice);
  Identity id;
  id.name = "wild " + std::to_string(seed);
  id.seed = dice.number() % 1000003;
  id.age = lean.age;
  id.lined = true;
  draw_shape(id, lean, dice);
  draw_skin(id, lean, dice);
  draw_colours(id, lean, dice);
  draw_hair(id, lean, dice);
  id.brow_density = dice.between(0.3f, 0.9f);
  id.lashes = clamp01(dice.between(0.1f, 0.9f) - 0.3f * lean.mature);
  draw_surface(id, lean, dice);
  draw_make_up(id, lean, dice);
  draw_beard(id, lean, dice);
  draw_glasses(id, lean, dice);
  draw_teeth(id, lean, dice);
  return id;
}

}  // namespace understudy::synthetic
