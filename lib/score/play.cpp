// SPDX-License-Identifier: Apache-2.0
#include "lib/score/play.hpp"

#include <cmath>
#include <numbers>

#include "lib/face/rigid.hpp"

namespace understudy::score {
namespace {

constexpr std::size_t left_corner = 33, right_corner = 263;  // outer corners of the eyes, left and right in the image
// Vertices over bone: forehead, temples, root and back of the nose, cheekbones, corners of the eyes. Neither jaw nor
// brows nor lids.
constexpr std::array<std::size_t, 32> still{10, 338, 109, 297, 67,  103, 332, 54,  284, 151, 9,
                                            8,  168, 6,   197, 195, 127, 356, 234, 454, 162, 389,
                                            33, 263, 133, 362, 116, 345, 123, 352, 4,   5};
constexpr std::array<std::size_t, lip_points> lip{61, 40, 37, 0,  267, 270, 291, 321, 314, 17,
                                                  84, 91, 78, 81, 13,  311, 308, 402, 14,  178};
constexpr std::array<std::size_t, brow_points> brow{70, 63, 105, 66, 107, 336, 296, 334, 293, 300};

constexpr std::array<std::array<std::size_t, 2>, 3> inner_lips{{{13, 14}, {81, 178}, {311, 402}}};

Point3 at(const Mesh468& mesh, std::size_t i) { return {mesh[i][0], mesh[i][1], mesh[i][2]}; }
Point3 minus(const Point3& a, const Point3& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
double dot(const Point3& a, const Point3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
double length(const Point3& a) { return std::sqrt(dot(a, a)); }
Point3 unit(Point3 a) {
  const double l = std::max(length(a), 1e-9);
  for (auto& v : a) v /= l;
  return a;
}
Point3 cross(const Point3& a, const Point3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

// The head's own axes: x to the image's right, y down the face, z into the head.
struct Axes {
  Point3 origin{}, x{}, y{}, z{};
  double size = 1;  // of the distance between the outer corners of the eyes

  Point3 of(const Point3& p) const {
    const Point3 d = minus(p, origin);
    return {dot(d, x) / size, dot(d, y) / size, dot(d, z) / size};
  }
};

Axes axes_of(const Mesh468& mesh) {
  Axes axes;
  for (const std::size_t i : still) {
    for (std::size_t c = 0; c < 3; ++c) axes.origin[c] += mesh[i][c] / static_cast<double>(still.size());
  }
  Point3 across{}, down{};
  // Left to right over bone, and from the top of the forehead to the root and back of the nose.
  for (const auto& [l, r] : {std::pair(33, 263), {127, 356}, {234, 454}, {54, 284}, {116, 345}}) {
    const Point3 d = unit(minus(at(mesh, static_cast<std::size_t>(r)), at(mesh, static_cast<std::size_t>(l))));
    for (std::size_t c = 0; c < 3; ++c) across[c] += d[c];
  }
  for (const auto& [t, b] : {std::pair(10, 197), {10, 5}, {109, 234}, {338, 454}}) {
    const Point3 d = minus(at(mesh, static_cast<std::size_t>(b)), at(mesh, static_cast<std::size_t>(t)));
    for (std::size_t c = 0; c < 3; ++c) down[c] += d[c];
  }
  axes.x = unit(across);
  const double along = dot(down, axes.x);
  for (std::size_t c = 0; c < 3; ++c) down[c] -= along * axes.x[c];
  axes.y = unit(down);
  axes.z = cross(axes.x, axes.y);
  axes.size = std::max(length(minus(at(mesh, right_corner), at(mesh, left_corner))), 1e-6);
  return axes;
}

// In the plane of the face: depth is what the mesh knows least.
double in_plane(const Point3& a, const Point3& b) { return std::hypot(a[0] - b[0], a[1] - b[1]); }

}  // namespace

Play play_of(const Mesh468& mesh, const std::array<Iris, 2>& irises) {
  const Axes axes = axes_of(mesh);
  const auto own = [&](std::size_t i) { return axes.of(at(mesh, i)); };
  Play play;
  double line = 0;
  for (std::size_t e = 0; e < 2; ++e) {
    const Point3 left = own(eye_corners[e].left), right = own(eye_corners[e].right);
    const double width = std::max(in_plane(left, right), 1e-6);
    // Iris and lids are seen in the picture only; they are taken to lie as deep as the middle between the corners.
    const double depth = (mesh[eye_corners[e].left][2] + mesh[eye_corners[e].right][2]) / 2;
    const auto flat = [&](Point p) { return axes.of({p.x, p.y, depth}); };
    for (const auto& [upper, lower] : lid_pairs)
      play.eyes_open +=
          (flat(irises[e].lids[lower])[1] - flat(irises[e].lids[upper])[1]) / width / (2 * lid_pairs.size());
    const Point3 iris = flat(irises[e].centre);
    play.gaze_x += (iris[0] - (left[0] + right[0]) / 2) / width / 2;
    play.gaze_y -= (iris[1] - (left[1] + right[1]) / 2) / width / 2;
    line += (left[1] + right[1]) / 4;
  }
  for (const auto& [upper, lower] : inner_lips) play.jaw_open += (own(lower)[1] - own(upper)[1]) / inner_lips.size();
  play.mouth_wide = in_plane(own(61), own(291));
  for (std::size_t i = 0; i < lip_points; ++i) play.lips[i] = {own(lip[i])[0], own(lip[i])[1]};
  for (std::size_t i = 0; i < brow_points; ++i) {
    play.brow_line[i] = {own(brow[i])[0], own(brow[i])[1]};
    play.brows += (line - play.brow_line[i].y) / brow_points;
  }
  return play;
}

PoseChange pose_change(const Mesh468& from, const Mesh468& to) {
  std::array<Point3, still.size()> a, b;
  Point3 shift{};
  for (std::size_t i = 0; i < still.size(); ++i) {
    a[i] = at(from, still[i]), b[i] = at(to, still[i]);
    for (std::size_t c = 0; c < 3; ++c) shift[c] += (b[i][c] - a[i][c]) / static_cast<double>(still.size());
  }
  const RigidMotion motion = rigid_motion(a, b);
  PoseChange change;
  change.turn = rotation_vector(motion);
  for (auto& v : change.turn) v *= 180 / std::numbers::pi;
  const double size = std::max(length(minus(at(from, right_corner), at(from, left_corner))), 1e-6);
  change.shift = {shift[0] / size, shift[1] / size};
  change.scale = motion.scale;
  return change;
}

}  // namespace understudy::score
