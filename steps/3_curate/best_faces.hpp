// SPDX-License-Identifier: Apache-2.0
// DeepFaceLab's "best faces" and "best faces faster" (spec pipeline.md 5.5).
#pragma once

#include <span>
#include <vector>

#include "lib/measures/histogram.hpp"

namespace understudy {

struct BestCandidate {
  double sharpness = 0;  // or the area of the face's rectangle
  double yaw = 0, pitch = 0;
  const Histogram* grey = nullptr;
};

struct BestFaces {
  std::vector<std::size_t> kept, trash;
  std::vector<double> strangeness;  // of each kept one: its distances to the others of its bin, summed
};

// Faces spread over 128 bins of yaw and in each over bins of pitch; about `target` of them. As in the original a target
// of 64 or less keeps none.
BestFaces best_faces(std::span<const BestCandidate>, int target);

}  // namespace understudy
