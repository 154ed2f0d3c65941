// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/gaze.hpp"

#include <algorithm>
#include <cmath>

#include "steps/6_merge/eye_axes.hpp"

namespace understudy {
namespace {

// Over an eye's width: an iris is some 0.4 wide (11.7 mm of 30), so that this is all of the way to a side glance.
constexpr double farthest = 0.15;
// Lids that are nearer to each other show no iris to follow; from the second on all of it counts.
constexpr double shut = 0.08, wide = 0.16;
// In radii of the iris: within the first all moves alike, at the second nothing does. Upwards and downwards it ends
// sooner, for there are the lids.
constexpr double moved_whole = 1.0, moved_not = 2.3, steeper = 1.5;

double openness(const SeenEye& a, const SeenEye& b) {
  return smooth_step((std::min(a.open, b.open) - shut) / (wide - shut));
}

// Of both irises, in their eyes' widths: two eyes look at one thing, and of one alone the networks say what is a
// reflection in a pair of glasses.
Point common_way(const SeenEyes& has, const SeenEyes& wanted) {
  Point way;
  double weight = 0;
  for (std::size_t e = 0; e < has.size(); ++e) {
    const double seen = openness(has[e], wanted[e]);
    way = way + (EyeAxes(wanted[e]).of(wanted[e].iris) - EyeAxes(has[e]).of(has[e].iris)) * seen;
    weight += seen;
  }
  if (weight <= 0) return {};
  way = way * (1 / weight);
  const double length = std::hypot(way.x, way.y);
  return length > farthest ? way * (farthest / length) : way;
}

void move_iris(ImageF& face, const SeenEye& eye, Point shift) {
  const EyeAxes axes(eye);
  const double radius = std::max(eye.radius, 1e-3);
  const Point to = eye.iris + shift;
  warp_around(face, to, moved_not * radius, [&](Point at) {
    const Point from_iris = at - to;
    const double u = from_iris.x * axes.along.x + from_iris.y * axes.along.y;
    const double v = from_iris.y * axes.along.x - from_iris.x * axes.along.y;
    const double away = std::hypot(u, steeper * v) / radius;
    return shift * (1 - smooth_step((away - moved_whole) / (moved_not - moved_whole)));
  });
}

}  // namespace

ImageF with_gaze(ImageF face, const SeenEyes& has, const SeenEyes& wanted, double part) {
  constexpr double unseen = 0.02;  // of a pixel
  const Point way = common_way(has, wanted);
  for (std::size_t e = 0; e < has.size(); ++e) {
    const EyeAxes axes(has[e]);
    const Point shift = axes.turned(way * (axes.width * part * openness(has[e], wanted[e])));
    if (std::hypot(shift.x, shift.y) >= unseen) move_iris(face, has[e], shift);
  }
  return face;
}

}  // namespace understudy
