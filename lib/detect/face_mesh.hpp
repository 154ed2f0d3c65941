// SPDX-License-Identifier: Apache-2.0
// MediaPipe's face mesh: 468 points of one face in a square of the frame.
#pragma once

#include <array>
#include <vector>

#include "lib/detect/box_detector.hpp"
#include "lib/face/face_file.hpp"

namespace understudy {

struct Mesh {
  // x, y in frame pixels; z in the same scale, smaller is nearer, zero at the middle of the head.
  Mesh468 points{};
  float score = 0;  // 0..1: is there a face in the square
};

class FaceMesh {
 public:
  static Result<FaceMesh> load(std::span<const std::uint8_t> model, const std::string& name, int streams);
  FaceMesh share() const;
  Result<Mesh> find(Pyramid&, const Roi&);
  // The mean over several sizes of the square: a mesh trembles with the square that it is looked for in, and so less.
  Result<Mesh> find_steady(Pyramid&, const Roi&);

 private:
  explicit FaceMesh(infer::Session session) : session_(std::move(session)) {}
  infer::Session session_;
  int size_ = 0;
  std::size_t points_ = 0, score_ = 0;  // output indices
};

// The square to look into for a detected face: one and a half times its box, turned so that the eyes are level.
Roi roi_of(const Detection&);
// The same from a mesh that was found; independent of the detector's noise.
Roi roi_of(const Mesh&);
// The square of a lattice that is nearest. A face that sits still is looked at in the same one wherever following it
// begins, so that the beginning does not show.
Roi on_lattice(const Roi&);
Rect bounds(const Mesh&);

}  // namespace understudy
