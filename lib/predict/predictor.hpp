// SPDX-License-Identifier: Apache-2.0
// A trained model as a function from faces to swapped faces, whatever library runs it. Makers: a model of ours
// (lib/training/net_predictor.hpp), an exported file (file_predictor.hpp), none (raw_predictor.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/face/face_type.hpp"
#include "lib/image/image.hpp"

namespace understudy {

struct PredictedFace {
  ImageF bgr;       // R x R x 3, 0..1: the src face with the dst face's expression
  ImageF mask;      // R x R, 0..1: learned-prd
  ImageF mask_dst;  // R x R, 0..1: learned-dst
};

class Predictor {
 public:
  virtual ~Predictor() = default;
  virtual int resolution() const = 0;  // R
  virtual FaceType face_type() const = 0;
  virtual std::int64_t iteration() const = 0;  // of the training; 0 where nothing tells
  virtual bool morphs() const = 0;             // whether `morph` changes what is predicted
  // How many faces are quickest asked about in one call. What is said of a face never depends on the others in it.
  virtual int faces_at_once() const { return 1; }
  // dst faces, R x R x 3 BGR 0..1. `morph` is how much of the src face is taken, 0..1 (AMP; others take all of it).
  // Not thread-safe: one caller at a time.
  virtual Result<std::vector<PredictedFace>> predict(std::span<const ImageF> dst_bgr, double morph) = 0;
};

}  // namespace understudy
