// SPDX-License-Identifier: Apache-2.0
// One frame of an actor: the meshes moved into place, lit and projected.
#pragma once

#include "lib/face/synthetic/landmarks.hpp"
#include "lib/face/synthetic/parts.hpp"

namespace understudy::synthetic {

// What is built once for an identity.
struct Actor::Model {
  Model(const Identity&, float detail);
  Identity id;
  Anatomy at;
  HeadField field;
  HeadMesh head;
  Mesh hair;                       // the base shell; more are grown from it
  std::vector<float> hair_height;  // above the skin, mm
  std::array<Mesh, 2> eyes, eye_linings, ears, teeth;
  Mesh mouth, cheeks, tongue, body;
  std::vector<Mesh> glasses;
  // The bearded part of the head: which of its vertices, their hairs' length in mm, and triangles among them.
  struct BeardPatch {
    std::vector<std::uint32_t> vertices;
    std::vector<float> length;
    std::vector<std::array<std::uint32_t, 3>> triangles;
  } beard;
  LandmarkSet landmarks;
  int hair_shells;
};

// All meshes of a frame in world space, with shadows of the key light in `lit`; coarse: hair of fewer shells.
std::vector<Mesh> pose_scene(const Actor::Model&, const Performance&, const Expression&, const HeadPlacement&, V3 light,
                             std::vector<Mesh> occluders, bool coarse);

}  // namespace understudy::synthetic
