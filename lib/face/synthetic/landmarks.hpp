// SPDX-License-Identifier: Apache-2.0
// The 68 iBUG points as points of the skin: found once on the resting head, then carried along by it.
#pragma once

#include "lib/face/synthetic/mesh.hpp"
#include "lib/face/synthetic/motion.hpp"

namespace understudy::synthetic {

class LandmarkSet {
 public:
  LandmarkSet(const HeadMesh&, const HeadField&, const Anatomy&);
  // World positions for a performance.
  std::array<V3, 68> place(const Expression&, const HeadPlacement&, const Performance&) const;

 private:
  struct Anchor {
    V3 rest;
    bool below_seam = false;
  };
  V3 lid_point(int side, float u, bool upper, const Performance&) const;
  const HeadField& field_;
  const Anatomy& at_;
  std::array<Anchor, 68> anchors_;
};

}  // namespace understudy::synthetic
