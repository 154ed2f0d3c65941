// SPDX-License-Identifier: Apache-2.0
// What a face does, as a few numbers that hardly depend on how the head is turned.
#pragma once

#include "lib/face/face_file.hpp"

namespace understudy {

// Distances in units of the distance between the outer eye corners, in space.
struct Expression {
  double mouth_open = 0;    // between the lips' inner edges: 0 closed, 0.3 wide open
  double mouth_wide = 0;    // between the mouth's corners
  double eyes_open = 0;     // between the lids, mean of both eyes
  double brows_raised = 0;  // from the middle of a brow to the upper lid, mean of both sides
};

// From the 468-point mesh where the face has one, else from the 68 landmarks, straightened by the angle `yaw` in
// radians (that of true_pose).
Expression expression_of(const FaceInfo&, double yaw);

}  // namespace understudy
