// SPDX-License-Identifier: Apache-2.0
// Faces of consecutive frames, several times quicker than frame by frame: the detector looks at every fourth frame, in
// between the faces are followed by their mesh.
#pragma once

#include "lib/detect/face_finder.hpp"

namespace understudy {

// Not for frames across a long gap: begin a new one there. What comes out depends on the frames given since the start.
class Follower {
 public:
  explicit Follower(FaceFinder& finder, Look look = Look::usual) : finder_(finder), look_(look) {}
  // The faces of the next frame, largest first. New ones appear at most three frames late.
  Result<std::vector<FoundFace>> next(const ImageU8& frame_bgr);

 private:
  FaceFinder& finder_;
  Look look_;
  int count_ = 0;
  std::vector<FoundFace> last_, before_;
};

// Only those faces, from the frame beside on (forwards or backwards), for as long as they are seen.
class Pursuit {
 public:
  Pursuit(FaceFinder& finder, std::vector<FoundFace> faces) : finder_(finder), last_(std::move(faces)) {}
  Result<std::vector<FoundFace>> next(const ImageU8& frame_bgr);

 private:
  FaceFinder& finder_;
  std::vector<FoundFace> last_, before_;
};

// How many frames one thread follows before it looks afresh: as many as fit into 32 MB, at most 16.
int frames_in_block(int width, int height);

}  // namespace understudy
