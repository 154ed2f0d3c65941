// SPDX-License-Identifier: Apache-2.0
// Labels drawn on one face, carried to another picture of the same person.
#pragma once

#include "lib/face/face_file.hpp"

namespace understudy {

// How the face moved from one crop to another: every point goes with the landmarks near it, and with the mesh where
// both faces have one; far from all of them with the face as a whole (moving least squares with similarities, Schaefer,
// McPhail and Warren, "Image Deformation Using Moving Least Squares", 2006). Crops may differ in size and type.
class LabelMotion {
 public:
  LabelMotion(const FaceInfo& from, const FaceInfo& to);
  Point operator()(Point in_from) const;  // pixels of the one crop -> pixels of the other

 private:
  struct Pair {
    Point from, to;
  };
  std::vector<Pair> pairs_;
  double near_ = 1;  // square of the distance below which a landmark counts no more than at it, pixels of `from`
};

std::vector<Polygon> carried_polygons(const std::vector<Polygon>&, const FaceInfo& from, const FaceInfo& to);

}  // namespace understudy
