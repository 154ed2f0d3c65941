// SPDX-License-Identifier: Apache-2.0
// The pieces beside the skin: eyes, teeth, mouth, ears, body, and what passes in front.
#pragma once

#include "lib/face/synthetic/mesh.hpp"
#include "lib/face/synthetic/motion.hpp"

namespace understudy::synthetic {

Mesh make_eye(const Anatomy&, int side);         // rest: offsets from the eyeball's centre
Mesh make_eye_lining(const Anatomy&, int side);  // likewise; what the lids' corners show beside the ball
Mesh make_teeth(const Anatomy&, float lip_z, bool upper);
Mesh make_mouth(const Anatomy&, float lip_z);   // the dark inside
Mesh make_cheeks(const Anatomy&, float lip_z);  // and its sides, seen past wide corners
Mesh make_tongue(const Anatomy&, float lip_z);
Mesh make_ear(const Identity&, const HeadField&, int side);
Mesh make_body(const Identity&);
std::vector<Mesh> make_glasses(const Identity&, const HeadField&, const Anatomy&);  // rims and arms, then lenses
// World space already; empty for OccluderKind::none.
std::vector<Mesh> make_occluder(const Performance&, int width, int height);

}  // namespace understudy::synthetic
