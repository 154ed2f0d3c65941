// SPDX-License-Identifier: Apache-2.0
#include "lib/measures/expression.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

struct Spot {
  double x = 0, y = 0, z = 0;
};
double distance(Spot a, Spot b) { return std::hypot(a.x - b.x, a.y - b.y, a.z - b.z); }

struct Side {
  Spot outer_corner, upper_lid, lower_lid, brow;
};
struct Spots {
  std::array<Side, 2> eyes;
  Spot left_mouth, right_mouth, upper_lip, lower_lip;
};

Spots from_mesh(const Mesh468& mesh) {
  const auto at = [&mesh](std::size_t i) { return Spot{mesh[i][0], mesh[i][1], mesh[i][2]}; };
  return {{Side{at(33), at(159), at(145), at(105)}, Side{at(263), at(386), at(374), at(334)}},
          at(61),
          at(291),
          at(13),
          at(14)};
}

// A face turned by that angle looks narrower by its cosine; beyond 70 degrees nothing can be told any more.
Spots from_landmarks(const Landmarks68& landmarks, double yaw) {
  const double widen = 1 / std::max(std::cos(yaw), 0.34);
  const auto at = [&](std::size_t i) { return Spot{landmarks[i].x * widen, landmarks[i].y, 0}; };
  const auto middle = [&](std::size_t i, std::size_t j) {
    const Spot a = at(i), b = at(j);
    return Spot{(a.x + b.x) / 2, (a.y + b.y) / 2, 0};
  };
  return {{Side{at(36), middle(37, 38), middle(40, 41), at(19)}, Side{at(45), middle(43, 44), middle(46, 47), at(24)}},
          at(48),
          at(54),
          at(62),
          at(66)};
}

}  // namespace

Expression expression_of(const FaceInfo& info, double yaw) {
  const Spots spots = info.mesh ? from_mesh(*info.mesh) : from_landmarks(info.landmarks, yaw);
  const double unit = distance(spots.eyes[0].outer_corner, spots.eyes[1].outer_corner);
  if (!(unit > 0)) return {};
  Expression e;
  e.mouth_open = distance(spots.upper_lip, spots.lower_lip) / unit;
  e.mouth_wide = distance(spots.left_mouth, spots.right_mouth) / unit;
  for (const Side& eye : spots.eyes) {
    e.eyes_open += distance(eye.upper_lid, eye.lower_lid) / unit / 2;
    e.brows_raised += distance(eye.brow, eye.upper_lid) / unit / 2;
  }
  return e;
}

}  // namespace understudy
