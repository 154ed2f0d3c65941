// SPDX-License-Identifier: Apache-2.0
// Colour of a point of the scene: procedural paint and light. All colours here are linear light.
#pragma once

#include "lib/face/synthetic/mesh.hpp"
#include "lib/face/synthetic/motion.hpp"

namespace understudy::synthetic {

V3 linear(Colour);  // from sRGB

struct Lights {
  explicit Lights(const Performance&);
  V3 key_direction;  // towards the light
  V3 key, sky, ground, fill, rim;
  float softness;
  bool has_second;
  V3 second_direction, second;
  V3 ambient(V3 normal) const;
};

// What is seen at a sample.
struct Spot {
  V3 rest, place, normal, soft_normal;
  V3 to_camera;
  float occlusion = 1, lit = 1, extra = 0;
};

// Everything about identity and performance that paint needs, worked out once a frame.
class Painter {
 public:
  Painter(const Identity&, const Anatomy&, const Performance&, const HeadPlacement&);
  V3 colour(Material, const Spot&) const;
  V3 background(float u, float v) const;  // u, v in frame heights from the middle
  // Whether a sample of the skin or hair is really there (eye openings, gaps between strands).
  bool keep_skin(V3 rest) const;
  bool keep_hair(V3 rest, float shell, float height) const;
  bool keep_beard(V3 rest, float shell) const;
  // What the eye sees of `behind` through a spectacle lens.
  V3 through_lens(const Spot& lens, V3 behind) const;
  // Part of the face as the mask of the truth means it: hairline to jaw line, brow to ear.
  bool is_face(Material, V3 rest) const;

 private:
  struct Skin {
    V3 albedo;
    float gloss = 1;  // strength of the highlight
    float sharpness = 24;
    float bump = 1;
  };
  Skin skin_paint(V3 rest, V3 normal) const;
  void paint_lips(V3 rest, Skin&) const;
  void paint_brows(V3 rest, Skin&) const;
  void paint_eye_region(V3 rest, Skin&) const;
  void paint_beard_and_scalp(V3 rest, Skin&) const;
  void paint_beard_roots(V3 rest, Skin&) const;
  void paint_marks(V3 rest, Skin&) const;
  void paint_wrinkles(V3 rest, Skin&) const;
  void paint_rouge(V3 rest, Skin&) const;
  // u, v: mm from the eye's centre outwards and up; above: from the lid's edge.
  void paint_eye_look(float u, float v, Skin&) const;
  void paint_eye_make_up(float u, float above, float within, Skin&) const;
  V3 light_skin(const Skin&, const Spot&) const;
  V3 eye(const Spot&) const;
  V3 hair(const Spot&) const;
  V3 teeth(const Spot&) const;
  V3 mouth(const Spot&) const;
  V3 body(const Spot&) const;
  V3 beard(const Spot&) const;
  V3 frame(const Spot&) const;
  V3 clutter(float u, float v, V3 wall) const;
  V3 solid(const Spot&, V3 albedo, float gloss, float sharpness) const;

  const Identity& id_;
  const Anatomy& at_;
  const Performance& play_;
  const HeadPlacement& place_;
  Lights lights_;
  V3 skin_, lips_, iris_, hair_, brows_, clothes_, background_;
  V3 occluder_tint_, beard_, frame_, tint_, rouge_colour_, shadow_colour_;
  std::array<LidState, 2> lids_;
  V3 seed_;
};

// Strand pattern of hair: 0..1, long along the strands and fine across them.
struct Strand {
  float value;
  V3 direction;
};
Strand strand_at(const Identity&, V3 rest);

}  // namespace understudy::synthetic
