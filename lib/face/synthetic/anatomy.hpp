// SPDX-License-Identifier: Apache-2.0
// Where things lie on a head: the measures that the shape, the movements, the landmarks and the paint share.
// Head space: millimetres, x to image right, y up, z towards the camera at rest; the origin and the proportions are
// those of the 68-point head of spec pipeline.md 1.5 with y and z turned round.
#pragma once

#include "lib/face/synthetic/synthetic.hpp"
#include "lib/face/synthetic/vec.hpp"

namespace understudy::synthetic {

// How far an eye is open: heights of the lid edges above the line through the corners.
struct LidState {
  float upper = 1;  // 1 open .. 0 shut
  float lower = 1;
  float shift = 0;  // both lids follow the gaze up and down, mm
};

struct Anatomy {
  explicit Anatomy(const Identity&);

  V3 eye;  // centre of the image-right eyeball
  V3 eye_centre(std::size_t side) const { return {side == 0 ? -eye.x : eye.x, eye.y, eye.z}; }
  float eyeball = 12.2f, lid = 13.4f;  // radii of the ball and of the lids over it
  float eye_half, lid_up, lid_low, eye_tilt;
  float mouth_y = -26, mouth_half, lip_up, lip_low;
  float uneven_lids;  // how much farther the image-right eye opens than the other
  float brow_in = 11, brow_out = 59.5f, brow_y_in, brow_y_arch, brow_y_out, brow_half;
  V3 nose_root, nose_tip, nose_wing;
  float nose_base_y, tip_radius;
  float chin_y;
  float hairline_y;
  EyeLook eyes;
  Beard beard;
  HairLook hair;
  float part;  // -1 or 1: the side to which a fringe is combed

  // Lid edges at u = mm from the eye's middle towards the outer corner; y is relative to the eye's centre.
  float lid_edge(float u, bool upper, const LidState&) const;
  LidState lid_state(const Performance&, int side) const;
  // Signed "height inside the eye opening", mm: positive inside. u as above, v = y relative to the eye's centre.
  float opening(float u, float v, const LidState&) const;
  float lip_edge(float ax, bool upper) const;  // height of the red of the lip at |x|, mm
  float brow_y(float ax) const;
  float brow_thickness(float ax) const;  // half thickness
  float hairline(float ax) const;        // y of the hairline on the forehead
  float beside_ear(V3 p) const;          // mm outside the bare skin round the ear
  float fringe_line(float x) const;      // y down to which a fringe falls
  float below_crown(V3 p) const;         // mm below the edge of the bare crown of HairStyle::ring
  // How densely the beard grows, 0..1, and how much of its length it has there.
  struct Growth {
    float density = 0, length = 0;
  };
  Growth beard_at(V3 p) const;
};

}  // namespace understudy::synthetic
