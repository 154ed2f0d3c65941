// SPDX-License-Identifier: Apache-2.0
// Faces of consecutive frames, several times quicker than frame by frame: the detector looks at every sixth frame, in
// between the faces are followed by their mesh.
#pragma once

#include "lib/detect/face_finder.hpp"
#include "lib/detect/tracks/signature.hpp"

namespace understudy {

// What comes out depends on the frames given since the start.
class Follower {
 public:
  explicit Follower(FaceFinder& finder, Look look = Look::usual) : finder_(finder), look_(look) {}
  struct Seen {
    Signature signature{};
    std::vector<FoundFace> faces;  // largest first
  };
  // New faces appear at most five frames late, at once where another shot begins. A frame in which nothing is found is
  // searched by all means when it is the first of a shot or the detector's turn.
  Result<Seen> next(const ImageU8& frame_bgr);

 private:
  FaceFinder& finder_;
  Look look_;
  int count_ = 0;
  Signature signature_{};
  std::vector<FoundFace> last_, before_;
};

// One face, from the frame beside on (forwards or backwards), for as long as it is seen.
class Pursuit {
 public:
  Pursuit(FaceFinder& finder, FoundFace face) : finder_(finder), last_{std::move(face)} {}
  // Empty when it is lost.
  Result<std::vector<FoundFace>> next(const ImageU8& frame_bgr);

 private:
  FaceFinder& finder_;
  std::vector<FoundFace> last_, before_;
};

// How many frames of a video one thread follows before it looks afresh: as many as fit into 48 MB, at most 32.
int frames_in_block(int width, int height);

}  // namespace understudy
