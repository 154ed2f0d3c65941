// SPDX-License-Identifier: Apache-2.0
// Triangle meshes: what they carry, and the pieces that a head is made of.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/face/synthetic/field.hpp"

namespace understudy::synthetic {

enum class Material : std::uint8_t { skin, eye, mouth, teeth, hair, ear, body, bar, hand, beard, frame, lens };

struct Mesh {
  Material material = Material::skin;
  bool two_sided = false;
  bool casts_shadow = true;
  bool stands_out = false;       // though it belongs to the mouth
  bool fills_gaps = false;       // seen only where no other part of the head is
  std::vector<V3> rest;          // where paint is looked up
  std::vector<V3> place;         // world space
  std::vector<V3> normal;        // world space, unit
  std::vector<V3> soft_normal;   // blurred, for light scattered under skin; empty: as normal
  std::vector<float> occlusion;  // 0 closed .. 1 open; empty: 1
  std::vector<float> lit;        // 0 in shadow .. 1, of the key light
  std::vector<float> extra;      // material's own (hair: shell number 0..1)
  std::vector<std::array<std::uint32_t, 3>> triangles;
  std::uint32_t first_cut = 0xffffffffu;  // triangles from this one on may be cut by cut_away()
};

void compute_normals(Mesh&);
// Joins points that lie in rows of columns + 1, then place and normals.
void close_grid(Mesh&, int rows, int columns);

// The head's skin: rows from crown to neck, columns around; the row pair at the mouth's seam is split so that the lips
// can part. Rows are the slow index.
struct HeadMesh {
  Mesh mesh;
  int rows = 0, columns = 0;
  int seam_upper = 0, seam_lower = 0;       // the rows at the lips' edges; between them the lips' inner sides
  std::vector<std::int8_t> moves_with_jaw;  // per row: 1 below the seam
  std::vector<V3> directions;               // outward direction of each vertex's ray, for hair
  std::uint32_t index(int row, int column) const { return static_cast<std::uint32_t>(row * columns + column); }
  // The vertex nearest to a rest-space point among rows above (side 1) or below (-1) the seam, or all (0).
  std::uint32_t nearest(V3 rest, int side) const;
};

HeadMesh cast_head(const HeadField&, const Identity&, const Anatomy&, float detail);
Mesh cast_hair(const HeadField&, const Identity&, float detail);
// Outside the lips the rows of the seam coincide: gives them one normal, or a crease would show there.
void heal_seam(HeadMesh&);
// Blurs normals over the head's grid into soft_normal.
void soften_normals(HeadMesh&);

}  // namespace understudy::synthetic
