// SPDX-License-Identifier: Apache-2.0
// The faces that XSeg learns from: those with polygons, or, where no face of any folder has any, those with a stored
// mask (spec networks-and-training.md 5).
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "lib/face/face_list.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// A face brought to a face type and XSeg's 256 x 256.
struct LabelledFace {
  ImageU8 bgr;
  ImageU8 mask;             // one channel, 0 or 255
  Landmarks68 landmarks{};  // in its pixels
};

// The picture alone. Same type: Lanczos; another type: a crop by the landmarks, black beyond the picture.
ImageU8 face_for_xseg(const ImageU8& bgr, const FaceInfo&, FaceType wanted);
// With its mask, by polygons, else the stored mask from 0.5 on. A face with neither is Code::not_found.
Result<LabelledFace> labelled_face(const Face&, FaceType wanted);

// Thread-safe.
class LabelledFaces {
 public:
  // Reads every face's metadata once, by several threads. No label and no mask in any folder: Code::no_faces.
  static Result<LabelledFaces> open(const std::vector<fs::path>& folders, FaceType wanted);

  std::size_t count() const { return places_.size(); }
  bool by_polygons() const { return by_polygons_; }  // else by stored masks
  std::string name(std::size_t index) const;
  // The next readable face from that one on; one that cannot be read is told once.
  Result<std::shared_ptr<const LabelledFace>> face(std::size_t index);
  std::vector<std::string> take_warnings();

 private:
  struct Place {
    std::size_t folder, face;
  };
  LabelledFaces() = default;

  std::vector<FaceList> folders_;
  std::vector<Place> places_;
  FaceType wanted_{};
  bool by_polygons_ = false;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();  // guards all below
  std::vector<std::shared_ptr<const LabelledFace>> kept_;
  std::size_t kept_bytes_ = 0;
  std::vector<bool> told_;
  std::vector<std::string> warnings_;
};

}  // namespace understudy
