// SPDX-License-Identifier: Apache-2.0
// Who is drawn: the measures, colours and belongings of a person. Everything that is not said is an average head's.
#pragma once

#include <cstdint>
#include <string>

namespace understudy::synthetic {

struct Colour {
  float r = 0, g = 0, b = 0;  // sRGB, 0..1
};

// long_hair falls on the shoulders; ring is what a bald crown leaves.
enum class HairStyle { bald, cropped, swept, bob, long_hair, ring };

// Where the parts of the face stand to one another; about -1..1 each.
struct Proportions {
  float middle = 0, philtrum = 0, lower = 0;  // eyes to nose, nose to mouth, mouth to chin: longer
  float jaw_forward = 0;                      // in profile
  float depth = 0;                            // the face stands out from the head
};

// Left and right differ; about -1..1 each. Positive: the image-right one is higher, or the part stands to image right.
struct Asymmetry {
  float brows = 0, eyes = 0, lids = 0, nose = 0, cheeks = 0, mouth = 0, jaw = 0;
};

// The eyes beside their size and place.
struct EyeLook {
  float crease = 0;             // the fold above the lid: -1 none .. 1 deep and wide
  float hood = 0;               // 0..1: skin of the brow hangs over the outer half of the upper lid
  float inner_fold = 0;         // 0..1: covers the inner corner
  float roundness = 0;          // -1 almond .. 1 round
  float iris_size = 0;          // -1..1
  Colour sclera{1, 1, 1};       // factors of the white's light
  float circles = 0, bags = 0;  // 0..1: dark skin around, swollen skin below
};

// Of the skin's surface; 0..1 each.
struct SkinMarks {
  float moles = 0, blemishes = 0;
  float pores = 0;     // coarse skin
  float patches = 0;   // lighter and darker areas
  float shine = 0;     // oily
  float wrinkles = 0;  // crow's feet, lines of the forehead and from nose and mouth to the chin, beside what age gives
};

struct MakeUp {
  float foundation = 0;  // 0..1: evens the skin out
  float rouge = 0, liner = 0, mascara = 0, shadow = 0, lips = 0;
  Colour rouge_colour{0.80f, 0.36f, 0.36f}, shadow_colour{0.42f, 0.30f, 0.30f}, lip_colour{0.62f, 0.10f, 0.14f};
};

// Hair of the face that stands out; a shadow of hairs in the skin is `stubble`.
struct Beard {
  float length = 0;                                    // mm of the chin's; 0: none
  float chin = 0, cheeks = 0, moustache = 0, jaw = 0;  // 0..1: how densely each is grown
  Colour colour{0.16f, 0.11f, 0.08f};
};

enum class GlassesShape { none, round, oval, square, pilot, cat_eye, half_rim };
struct Glasses {
  GlassesShape shape = GlassesShape::none;
  float size = 0;          // -1..1
  float thickness = 0.3f;  // 0 wire .. 1 heavy
  Colour frame{0.08f, 0.07f, 0.07f};
  float tint = 0;  // 0 clear .. 1 black; from 0.5 on the lens hides the eye and counts as an occluder
  Colour tint_colour{0.25f, 0.22f, 0.20f};
  float reflection = 0.3f;  // 0..1
};

struct HairLook {
  float fringe = 0;     // 0..1: falls over the forehead as far as the brows; below 0.05 none
  float recession = 0;  // 0..1: the hairline goes back, at the temples first
  float curl = 0;       // 0..1
  float volume = 0;     // -1..1
  float contrast = 1;   // 0..1: between lit and shaded strands
  float length = 1;     // 0..1, of long_hair: from the chin to below the shoulders
};

struct TeethLook {
  float size = 0, crooked = 0, gap = 0;  // size -1..1, the others 0..1
  Colour tint{1, 1, 1};                  // factors of light
};

// Shape values are departures from an average head, about -1..1 each.
struct Identity {
  std::string name = "average";
  std::uint32_t seed = 1;  // of freckles, mottling, strands

  float face_width = 0, jaw_width = 0, chin_length = 0, chin_width = 0, cheekbones = 0, cheek_fullness = 0;
  float forehead = 0, brow_ridge = 0;
  float nose_length = 0, nose_width = 0, nose_projection = 0, nose_bridge = 0, nose_tip_up = 0;
  float mouth_width = 0, upper_lip = 0, lower_lip = 0;
  float eye_size = 0, eye_spacing = 0, eye_tilt = 0, eye_depth = 0;
  float brow_height = 0, brow_thickness = 0, brow_arch = 0;
  float ear_size = 0, neck_width = 0;
  Proportions proportions;
  Asymmetry asymmetry;

  Colour skin{0.87f, 0.70f, 0.61f};
  Colour lips{0.72f, 0.42f, 0.40f};
  Colour iris{0.35f, 0.26f, 0.18f};
  Colour hair{0.20f, 0.14f, 0.10f};
  Colour brows{0.20f, 0.14f, 0.10f};
  Colour clothes{0.25f, 0.30f, 0.38f};
  HairStyle hair_style = HairStyle::cropped;
  float brow_density = 0.8f;  // 0..1
  float lashes = 0.5f;        // 0..1
  float freckles = 0;         // 0..1
  float stubble = 0;          // 0..1
  float age = 0.3f;           // 0..1: folds and wrinkles
  float redness = 0.5f;       // 0..1: of cheeks, nose and ears
  EyeLook eyes;
  SkinMarks marks;
  MakeUp make_up;
  Beard beard;
  Glasses glasses;
  HairLook hair_look;
  TeethLook teeth;
  // Eyes and mouth are lined as far as their corners. Off: as the demo's people were first drawn.
  bool lined = false;
};

}  // namespace understudy::synthetic
