// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/tracks/follower.hpp"

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

Result<Follower::Seen> Follower::next(const ImageU8& frame_bgr) {
  Seen seen{signature_of(frame_bgr), {}};
  const bool first = count_ == 0 || change(seen.signature, signature_) > likely_cut;
  const bool detectors_turn = count_++ % detector_every == 0;
  if (first || look_ == Look::thorough) {
    TRY(const auto found, finder_.find(frame_bgr, look_));
    // Once more as the frames after it will be looked at, or a block's first frame would stand out.
    TRY(seen.faces, finder_.follow(frame_bgr, expected_on(found, {}), false));
    if (seen.faces.size() < found.size()) seen.faces = found;
  } else {
    const auto expected = expected_on(last_, before_);
    TRY(seen.faces, finder_.follow(frame_bgr, expected, detectors_turn || expected.empty()));
    if (seen.faces.size() < expected.size() && !detectors_turn) {
      TRY(seen.faces, finder_.follow(frame_bgr, expected, true));
    }
    if (seen.faces.empty() && detectors_turn) {
      TRY(seen.faces, finder_.find(frame_bgr, look_));
    }
  }
  signature_ = seen.signature;
  before_ = std::exchange(last_, seen.faces);
  if (first) before_.clear();
  return seen;
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
