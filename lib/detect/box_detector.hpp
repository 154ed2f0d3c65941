// SPDX-License-Identifier: Apache-2.0
// MediaPipe's face detectors: where faces are in a square of the frame.
#pragma once

#include <array>
#include <vector>

#include "lib/detect/pyramid.hpp"
#include "lib/infer/session.hpp"

namespace understudy {

struct Detection {
  Rect box;
  // The image-left eye, the image-right eye, nose tip, mouth, image-left ear, image-right ear.
  std::array<Point, 6> keypoints;
  float score = 0;  // 0..1
};

class BoxDetector {
 public:
  // The network's input must be a square RGB image, its outputs boxes (n x 16) and scores (n x 1).
  static Result<BoxDetector> load(std::span<const std::uint8_t> model, const std::string& name, int streams);
  BoxDetector share() const;
  // Faces of at least that score in the square, in frame pixels, best first, before non-maximum suppression.
  Result<std::vector<Detection>> find(Pyramid&, const Roi&, float least_score);

 private:
  BoxDetector(infer::Session session) : session_(std::move(session)) {}
  infer::Session session_;
  std::vector<Point> anchors_;  // centres, 0..1
  int size_ = 0;
  std::size_t boxes_ = 0, scores_ = 0;  // output indices
};

double overlap(const Rect& a, const Rect& b);  // intersection over union
// Detections of one face become one, placed at their mean weighted by score (MediaPipe's weighted suppression).
std::vector<Detection> suppress(std::vector<Detection>, double most_overlap);

}  // namespace understudy
