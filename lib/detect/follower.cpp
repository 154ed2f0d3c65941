// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/follower.hpp"

#include <algorithm>

namespace understudy {
namespace {

constexpr int detector_every = 4;

Roi roi_of(const FoundFace& face) { return understudy::roi_of(Mesh{face.mesh, face.score}); }

// On the way that it moved from the frame before the last to the last.
Expected expected_on(const FoundFace& last, const std::vector<FoundFace>& before) {
  Expected expected{roi_of(last), last.detector_score};
  const FoundFace* same = nullptr;
  double most = 0.3;
  for (const auto& face : before) {
    if (const double now = overlap(face.rect, last.rect); now > most) most = now, same = &face;
  }
  if (same) expected.roi.centre = expected.roi.centre * 2 - roi_of(*same).centre;
  return expected;
}

std::vector<Expected> expected_on(const std::vector<FoundFace>& last, const std::vector<FoundFace>& before) {
  std::vector<Expected> all;
  for (const auto& face : last) all.push_back(expected_on(face, before));
  return all;
}

}  // namespace

Result<std::vector<FoundFace>> Follower::next(const ImageU8& frame_bgr) {
  const bool with_detector = count_++ % detector_every == 0 || last_.empty();
  std::vector<FoundFace> faces;
  if (look_ == Look::thorough || (last_.empty() && count_ == 1)) {
    TRY(faces, finder_.find(frame_bgr, look_));
  } else {
    TRY(faces, finder_.follow(frame_bgr, expected_on(last_, before_), with_detector));
    if (faces.empty() && count_ % detector_every == 1) {
      TRY(faces, finder_.find(frame_bgr, look_));
    }
  }
  before_ = std::exchange(last_, faces);
  return faces;
}

Result<std::vector<FoundFace>> Pursuit::next(const ImageU8& frame_bgr) {
  if (last_.empty()) return std::vector<FoundFace>();
  TRY(auto faces, finder_.follow(frame_bgr, expected_on(last_, before_), false));
  before_ = std::exchange(last_, faces);
  return faces;
}

int frames_in_block(int width, int height) {
  const double frame = 3.0 * width * height;
  return std::clamp(static_cast<int>((32 << 20) / std::max(1.0, frame)), 1, 16);
}

}  // namespace understudy
