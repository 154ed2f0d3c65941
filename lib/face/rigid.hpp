// SPDX-License-Identifier: Apache-2.0
// Rigid motion of points in space: how a head stands, apart from what the face does.
#pragma once

#include <array>
#include <span>

namespace understudy {

using Point3 = std::array<double, 3>;

// p' = scale * rotation * p + shift; the rotation is row by row.
struct RigidMotion {
  std::array<double, 9> rotation{1, 0, 0, 0, 1, 0, 0, 0, 1};
  double scale = 1;
  Point3 shift{};
  Point3 operator()(const Point3&) const;
};

// The similarity without reflection that takes `from` nearest to `to` in least squares (Umeyama 1991); equal counts, at
// least 3. Points that all coincide give the identity and their shift.
RigidMotion rigid_motion(std::span<const Point3> from, std::span<const Point3> to);

// Axis times angle, radians.
Point3 rotation_vector(const RigidMotion&);

}  // namespace understudy
