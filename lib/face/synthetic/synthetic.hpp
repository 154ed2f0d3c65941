// SPDX-License-Identifier: Apache-2.0
// Synthetic actors: people who do not exist, drawn by a small procedural renderer on the CPU. Who it is (Identity) and
// what is played (Performance) are separate, so the truth of a face swap, "A performing B's lines", can be drawn too.
// The same input gives the same bytes whatever the number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/face/synthetic/identity.hpp"
#include "lib/image/geometry.hpp"
#include "lib/image/image.hpp"

namespace understudy::synthetic {

enum class OccluderKind { none, bar, hand, microphone, cup };

// What is played, and the set it is played on. "Left" and "right" (index 0 and 1) are as seen in the image.
struct Performance {
  double yaw = 0;       // degrees; positive: nose towards image left, the sign of spec pipeline.md 1.5
  double pitch = 0;     // degrees; positive: nose up
  double roll = 0;      // degrees; positive: clockwise in the image
  double x = 0, y = 0;  // shift of the head in the frame, in frame widths, right and down
  double size = 1;      // 1: the face from brows to chin is about two fifths of the frame's height
  double lens = 1;      // distance of the camera from the head at size 1, in 0.95 m; the picture's scale stays

  std::array<float, 2> blink{0, 0};       // 0 open .. 1 shut
  float gaze_x = 0, gaze_y = 0;           // degrees, towards image right and up, relative to the head
  float mouth_open = 0;                   // 0..1
  float smile = 0;                        // -1 (corners down) .. 1
  float pucker = 0;                       // 0..1
  std::array<float, 2> brow_raise{0, 0};  // -1..1
  float frown = 0;                        // 0..1
  // The finer play of a face; 0..1, and those with a side -1..1, positive towards image right.
  std::array<float, 2> squint{0, 0};
  float nose_wrinkle = 0, puff = 0;               // puff: cheeks full of air
  float upper_lip_raise = 0, lower_lip_drop = 0;  // off the teeth
  float lip_press = 0, stretch = 0;               // lips rolled in; drawn wide
  float smirk = 0, mouth_side = 0, jaw_side = 0;
  float tongue = 0;  // out, where the mouth is open

  double light_azimuth = -35, light_elevation = 35;  // degrees, where the key light stands; positive: image right, up
  Colour light{1.0f, 0.96f, 0.90f};
  float light_strength = 1;
  float light_softness = 0;  // 0 a lamp .. 1 a large window: soft edges of shadows, dull highlights
  float ambient = 1;
  Colour ambient_tint{1, 1, 1};                     // factors of linear light
  double second_azimuth = 0, second_elevation = 0;  // of a light without shadows
  Colour second_light{0, 0, 0};                     // its colour and strength; black: none

  OccluderKind occluder = OccluderKind::none;
  double occluder_x = 0, occluder_y = 0;  // its middle relative to the frame's middle, in frame widths
  double occluder_angle = 0;              // degrees
  Colour occluder_tint{1, 1, 1};          // factors of its light

  Colour background{0.46f, 0.50f, 0.54f};
  std::uint32_t set_seed = 7;  // of the background's soft shapes
  float clutter = 0;           // 0..1: other things behind, out of focus
  std::uint32_t grain_seed = 0;
  float grain = 1;  // 0 none, 1 that of an ordinary camera
};

struct RenderOptions {
  int width = 400;
  int height = 400;
  int supersampling = 2;  // samples a pixel along each axis
  // Colours every surface of a pixel once and only its edges at all samples: a third of the time, nearly the same look.
  bool shade_once = false;
  // Above 0: only the square about the middle of the 68 points is drawn whose side is so many times that of their
  // box; the rest stays black in all pictures. 2.2 holds a whole-face crop.
  double only_face = 0;
};

struct Pose {
  double pitch = 0, yaw = 0, roll = 0;  // radians, signs of spec pipeline.md 1.5
};

struct Rendered {
  ImageU8 frame_bgr;
  ImageU8 face_mask;                // 255 where the face itself is seen: skin from the hairline to the jaw, eyes, mouth
  ImageU8 occluder_mask;            // 255 where the occluder is seen
  std::array<Point, 68> landmarks;  // iBUG order (spec pipeline.md 1.1), pixels, of points bound to the surface
  Pose pose;
};

// A head built once for an identity; drawing is const and may run in several threads.
class Actor {
 public:
  // detail 1 suits frames up to 512 px; 0.5 builds in a quarter of the time and suits 128 px.
  explicit Actor(const Identity&, float detail = 1);
  ~Actor();
  Actor(Actor&&) noexcept;
  Actor& operator=(Actor&&) noexcept;

  Rendered render(const Performance&, const RenderOptions& = {}) const;
  const Identity& identity() const;

  struct Model;

 private:
  std::unique_ptr<const Model> model_;
};

// The detail that a size of picture shows.
float detail_for(const RenderOptions&);
// One picture; the detail follows from the size. Actor is the quicker way to many.
Rendered render(const Identity&, const Performance&, const RenderOptions& = {});

// Renders performances[0..n) on all processors (or `threads`) and hands them over in order, from one thread.
// `take` returns false to stop early. What drawing or taking throws is the failure that is returned.
Result<> render_take(const Actor&, const std::vector<Performance>&, const RenderOptions&,
                     const std::function<bool(std::size_t index, Rendered&&)>& take, unsigned threads = 0);

// The two people of the demo, and any number of others.
Identity demo_identity_a();
Identity demo_identity_b();
Identity random_identity(std::uint32_t seed);
// The two takes of the demo at t seconds: `src` goes through all poses and expressions; `dst` speaks to the camera,
// turns, blinks, and has something pass in front of the face.
Performance demo_performance_src(double t);
Performance demo_performance_dst(double t);
inline constexpr double demo_seconds = 5;

}  // namespace understudy::synthetic
