// SPDX-License-Identifier: Apache-2.0
// What a face does in one picture, with how the head stands taken out: numbers that two people playing the same share.
#pragma once

#include <array>
#include <vector>

#include "lib/detect/iris.hpp"

namespace understudy::score {

constexpr std::size_t lip_points = 20, brow_points = 10;

// Lengths are in distances between the outer corners of the eyes, in space, along the head's own axes.
struct Play {
  double eyes_open = 0;           // between the lids, over the width of the eye; mean of both
  double jaw_open = 0;            // between the lips' inner edges
  double mouth_wide = 0;          // between the mouth's corners
  double brows = 0;               // height of the brows above the line of the eyes' corners
  double gaze_x = 0, gaze_y = 0;  // iris from the middle of its eye, over the eye's width: to the image's right, up
  std::array<Point, lip_points> lips{};  // x to the image's right, y down, from the middle of what does not move
  std::array<Point, brow_points> brow_line{};
};

Play play_of(const Mesh468&, const std::array<Iris, 2>&);

// How the one head stands against the other, by the parts of a face that do not move.
struct PoseChange {
  std::array<double, 3> turn{};  // rotation vector, degrees: nod, shake, tilt
  Point shift;                   // frame pixels over the distance of the outer eye corners
  double scale = 1;
};
PoseChange pose_change(const Mesh468& from, const Mesh468& to);

}  // namespace understudy::score
