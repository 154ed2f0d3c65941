// SPDX-License-Identifier: Apache-2.0
// Which frames show best what a merge makes.
#pragma once

#include "steps/6_merge/plan.hpp"

namespace understudy {

// Something that speaks for looking at a frame.
struct Worry {
  std::string what;   // "turn", "edge"
  double weight = 0;  // 0..1
};
// A frame's largest face, as far as choosing goes.
struct SampleFace {
  std::int64_t frame = 0;
  std::size_t shot = 0;
  double yaw = 0, pitch = 0;  // radians
  double size = 0;            // of the face in the frame, pixels
  std::vector<Worry> worries;
};
// At most `count` frames, ascending. A third of them are the worst cases: of each kind of worry the heaviest, not all
// from one moment. Of the others each shot has its share, at least one as long as there are enough; within a shot those
// that are farthest from one another, and from the worst, in pose, size and time. The same input gives the same frames.
std::vector<std::int64_t> sample_frames(std::span<const SampleFace>, std::size_t count);
// Of the frames that are wanted.
std::vector<SampleFace> sample_faces(const Timeline&, const std::vector<PlannedFrame>&,
                                     const std::vector<bool>& wanted);

}  // namespace understudy
