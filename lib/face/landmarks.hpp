// SPDX-License-Identifier: Apache-2.0
// The 68 iBUG points and the geometry that follows from them (spec pipeline.md 1).
#pragma once

#include <array>
#include <span>
#include <vector>

#include "lib/face/face_type.hpp"
#include "lib/image/geometry.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// Pixels, x right, y down, pixel centres at whole numbers. 0-16 jaw (image left to right), 17-21 and 22-26 brows, 27-35
// nose, 36-41 eye left in the image, 42-47 the other, 48-59 outer lips, 60-67 inner lips.
using Landmarks68 = std::array<Point, 68>;

// Mean face in the unit square; only 17..67 are defined (0..16 are zero).
extern const Landmarks68 canonical_landmarks;

// The 33 points that alignment uses: 17..48 and 54.
std::array<Point, 33> alignment_points(const Landmarks68&);

// Least-squares similarity without reflection that takes `from` to `to` (equal counts, at least 2); without scale it is
// rigid. Points that all coincide give scale 1 and no rotation.
Affine similarity(std::span<const Point> from, std::span<const Point> to, bool with_scale = true);
// Image pixels -> the unit square of the canonical points.
Affine unit_from_image(const Landmarks68&);

// Image pixels -> pixels of a size x size crop of that type. scale > 1 zooms in. mark_only gives the identity.
// The landmarks may also be those in an aligned crop: the result then takes that crop's pixels to the other crop's.
Affine face_matrix(const Landmarks68&, int size, FaceType, double scale = 1);
Landmarks68 transformed(const Landmarks68&, const Affine&);
// Those of the picture made `scale` times as large (spec pipeline.md 0.2).
Landmarks68 resized(const Landmarks68&, double scale);
// As in a picture of that width flipped left to right, with left and right points swapped.
Landmarks68 mirrored(const Landmarks68&, double width);
// The upright square of the full face in the image.
Rect rect_from_landmarks(const Landmarks68&);
// Image corners (0,0) (N,0) (N,N) (0,N) of a crop, in that order.
std::array<Point, 4> crop_corners(const Landmarks68&, FaceType);

struct Pose {
  double pitch = 0, yaw = 0, roll = 0;  // radians; yaw > 0: nose to the image's left, pitch > 0: nose up
};
// As DeepFaceLab computes it from the landmarks of an aligned crop of side `size`; its solver ends behind the camera,
// so roll is always +-pi/2, and pitch and yaw are compatible for sorting rather than true angles (spec
// pipeline.md 1.5).
Pose compatible_pose(const Landmarks68& in_crop, int size);
// The solution in front of the camera: true angles.
Pose true_pose(const Landmarks68& in_crop, int size);
// 3D model points for PnP; defined for 0..26 and 30..35.
extern const std::array<std::array<float, 3>, 68> model_points_3d;

// Nose-to-jaw yaw of unit-square landmarks, about -1..1: a cheap helper.
double simple_yaw(const Landmarks68& in_unit_square);

}  // namespace understudy
