// SPDX-License-Identifier: Apache-2.0
// MediaPipe's iris network: iris and lids of an eye whose corners are known from the mesh. It sees lids shut where the
// mesh leaves them half open.
#pragma once

#include "lib/detect/face_mesh.hpp"

namespace understudy {

// The mesh's points at the corners of an eye, left and right in the image; the eye that is left there first.
struct EyeCorners {
  std::size_t left, right;
};
inline constexpr std::array<EyeCorners, 2> eye_corners{{{33, 133}, {362, 263}}};
// Of Iris::lids, the points of the upper and the lower lid that lie over one another in the middle of the eye.
inline constexpr std::array<std::array<std::size_t, 2>, 3> lid_pairs{{{11, 3}, {12, 4}, {13, 5}}};

// Frame pixels.
struct Iris {
  Point centre;
  double radius = 0;
  // The lids' edge: the lower lid from the outer corner (0) to the inner (8), then the upper lid's points between, from
  // outside inwards.
  std::array<Point, 16> lids{};
};

class IrisFinder {
 public:
  static Result<IrisFinder> load(std::span<const std::uint8_t> model, const std::string& name, int streams);
  IrisFinder share() const;
  // The eye left in the image first. Of a shut eye the iris is a guess: look at the lids before believing it.
  Result<std::array<Iris, 2>> find(Pyramid&, const Mesh468&);

 private:
  explicit IrisFinder(infer::Session session) : session_(std::move(session)) {}
  Result<Iris> find_one(Pyramid&, const Roi&, bool mirrored);
  infer::Session session_;
  int size_ = 0;
  std::size_t iris_ = 0, lids_ = 1;  // output indices
};

}  // namespace understudy
