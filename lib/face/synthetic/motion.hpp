// SPDX-License-Identifier: Apache-2.0
// What a performance does to a head: expressions move the skin in head space, the pose moves the head in the world.
#pragma once

#include "lib/face/synthetic/anatomy.hpp"

namespace understudy::synthetic {

// Moves a point of resting skin. `below_seam`: it belongs to the jaw's side of the lips.
class Expression {
 public:
  Expression(const Anatomy&, const Performance&);
  V3 skin(V3 rest, bool below_seam) const;
  V3 jaw(V3 rest) const { return opened(rest, 1); }  // lower teeth and tongue

 private:
  V3 opened(V3 rest, float weight) const;
  V3 mouth(V3 rest, bool below_seam) const;
  V3 finer_play(V3 rest, bool below_seam) const;
  V3 brows(V3 rest) const;
  const Anatomy& at_;
  const Performance& play_;
  float jaw_angle_;
  bool finer_;  // any of the finer play
};

// What makes one head differ from another beside its bones: a smooth bend of head space that skin, eyes, hair and
// landmarks share, so that all stay together.
class Bend {
 public:
  explicit Bend(const Identity&);
  V3 operator()(V3) const;

 private:
  Proportions part_;
  Asymmetry side_;
  bool any_;
};

// Head space to world space (mm, camera on the z axis looking down it).
struct HeadPlacement {
  M3 turn, body_turn;
  V3 shift;
  Bend bend;
  V3 head(V3 p) const { return turn * (bend(p) - pivot) + pivot + shift; }
  V3 body(V3 p) const { return body_turn * (p - pivot) + pivot + shift; }
  // The neck: with the head at the top, with the shoulders at the bottom.
  V3 neck(V3 p) const { return mix(body(p), head(p), ramp(-128, -50, p.y)); }
  static constexpr V3 pivot{0, -38, -82};
};

struct Camera {
  float focal, centre_x, centre_y;  // in samples
  float distance = 950;             // from the head at size 1, mm
  // x, y in samples and 1/depth, which is linear over the picture.
  V3 project(V3 world) const {
    const float k = 1 / (distance - world.z);
    return {centre_x + focal * world.x * k, centre_y - focal * world.y * k, k};
  }
};

Camera camera_for(int width, int height, double lens);
HeadPlacement place_head(const Identity&, const Performance&, int width, int height);

}  // namespace understudy::synthetic
