// SPDX-License-Identifier: Apache-2.0
// All faces of one frame with their landmarks: detectors, second looks, mesh and checks together.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lib/detect/box_detector.hpp"
#include "lib/detect/face_mesh.hpp"
#include "lib/detect/landmarks68.hpp"
#include "lib/face/face_file.hpp"

namespace understudy {

struct FoundFace {
  Rect rect;                 // around the face from hairline to chin, frame pixels; may reach outside
  float score = 0;           // of the mesh network, 0..1: how surely this is a face
  float detector_score = 0;  // 0..1
  Landmarks68 landmarks;     // frame pixels
  Mesh468 mesh{};            // x, y frame pixels, z in the same scale
  Roi looked_in;             // the square that the mesh was last asked about
  bool has_mesh = true;      // not when somebody placed the landmarks
};

enum class Look {
  usual,     // the whole frame; tiles, the short-range detector and turned frames only when that finds nothing
  thorough,  // all of them always, for small faces beside large ones
};

enum class Care {
  still,   // by itself: the mean of several runs of the mesh, which trembles half as much
  moving,  // as follow() does it, for the first frame of those that are followed
};

struct FinderOptions {
  float least_score = 0.5f;  // of the mesh network
  float least_detector_score = 0.5f;
  double least_side = 20;  // pixels; smaller faces give no usable landmarks
};

// Where a face known from a neighbouring frame should be now.
struct Expected {
  Roi roi;  // the square that its mesh should ask for
  float detector_score = 0;
};

// What is found depends on the pixels, the options and what is expected alone: not on threads or resuming.
class FaceFinder {
 public:
  // `streams` = how many threads will call find() at once, each on its own share().
  static Result<FaceFinder> load(int streams = 1, const FinderOptions& = {});
  FaceFinder share() const;
  // Largest face first, as everywhere here.
  Result<std::vector<FoundFace>> find(const ImageU8& frame_bgr, Look = Look::usual, Care = Care::still);
  // The expected faces that are there, and with look_for_more those that the detector sees besides them; no second
  // looks. One run of the mesh a face where find() takes four and a detector. Largest face first.
  Result<std::vector<FoundFace>> follow(const ImageU8& frame_bgr, std::span<const Expected>, bool look_for_more);
  // Landmarks where somebody says that a face is, whatever the networks think of it; the score tells what they do. The
  // head is turned by `angle` (radians, clockwise).
  Result<FoundFace> place_in(const ImageU8& frame_bgr, const Rect&, double angle = 0);

 private:
  struct Near;  // the short-range detector, loaded when it is first needed and shared from there
  FaceFinder(BoxDetector far, FaceMesh mesh, std::shared_ptr<Near> near, const FinderOptions& options)
      : far_(std::move(far)), mesh_(std::move(mesh)), near_source_(std::move(near)), options_(options) {}
  Result<std::vector<Detection>> find_near(Pyramid&, const Roi&);
  Result<std::vector<Detection>> second_look(Pyramid&);
  Result<std::vector<FoundFace>> verified(Pyramid&, const std::vector<Detection>&, Care);
  Result<std::vector<FoundFace>> refine(Pyramid&, Roi, float detector_score, Care);
  Result<std::vector<FoundFace>> refollow(Pyramid&, const Expected&);
  // The mean over several sizes of the square.
  Result<Mesh> mean_mesh(Pyramid&, const Roi&);
  // What the mesh found in the square, if it is a face by all checks.
  Result<std::vector<FoundFace>> checked(Pyramid&, const Mesh&, const Roi& looked_in, float detector_score);

  BoxDetector far_;
  FaceMesh mesh_;
  std::shared_ptr<Near> near_source_;
  std::optional<BoxDetector> near_;  // this finder's own share
  FinderOptions options_;
};

}  // namespace understudy
