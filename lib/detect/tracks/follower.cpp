// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/tracks/follower.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr int detector_every = 6;

Roi roi_of(const FoundFace& face) { return understudy::roi_of(Mesh{face.mesh, face.score}); }

bool near(const Roi& a, const Roi& b, double off) {
  return std::hypot(a.centre.x - b.centre.x, a.centre.y - b.centre.y) < off * b.side &&
         std::abs(a.side / b.side - 1) < off && std::abs(a.angle - b.angle) < off;
}

// The same for two faces by the corners of their eyes, which a talking mouth does not move.
bool stands_still(const Mesh468& a, const Mesh468& b) {
  constexpr double still = 0.035;  // of the distance between them
  const auto eye = [](const Mesh468& mesh, std::size_t vertex) { return Point{mesh[vertex][0], mesh[vertex][1]}; };
  const Point left = eye(a, 33) - eye(b, 33), right = eye(a, 263) - eye(b, 263), across = eye(a, 33) - eye(a, 263);
  return std::max(std::hypot(left.x, left.y), std::hypot(right.x, right.y)) < still * std::hypot(across.x, across.y);
}

// On the way that it moved from the frame before the last to the last. One that sits still is looked at in the same
// square again, or the noise of each frame would add to that of the next, and an opening mouth would widen the square;
// where in its square a face is does not matter to the mesh by that much.
Expected expected_on(const FoundFace& last, const std::vector<FoundFace>& before) {
  constexpr double within = 0.06;  // of the square's side
  const FoundFace* same = nullptr;
  double most = 0.3;
  for (const auto& face : before) {
    if (const double now = overlap(face.rect, last.rect); now > most) most = now, same = &face;
  }
  const Roi own = roi_of(last);
  const bool still = !same || stands_still(last.mesh, same->mesh);
  if (still) return {near(own, last.looked_in, within) ? last.looked_in : on_lattice(own), last.detector_score};
  Expected expected{own, last.detector_score};
  if (same) expected.roi.centre = own.centre * 2 - roi_of(*same).centre;
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
    TRY(seen.faces, finder_.find(frame_bgr, look_, Care::moving));
  } else {
    const auto expected = expected_on(last_, before_);
    TRY(seen.faces, finder_.follow(frame_bgr, expected, detectors_turn || expected.empty()));
    if (seen.faces.size() < expected.size() && !detectors_turn) {
      TRY(seen.faces, finder_.follow(frame_bgr, expected, true));
    }
    if (seen.faces.empty() && detectors_turn) {
      TRY(seen.faces, finder_.find(frame_bgr, look_, Care::moving));
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
  return std::clamp(static_cast<int>((48 << 20) / std::max(1.0, frame)), 1, 32);
}

}  // namespace understudy
