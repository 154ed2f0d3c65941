// SPDX-License-Identifier: Apache-2.0
// A trained model as a function from faces to swapped faces; no LibTorch in this header.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/face/face_type.hpp"
#include "lib/image/image.hpp"

namespace understudy {

struct PredictedFace {
  ImageF bgr;       // R x R x 3, 0..1: the src face with the dst face's expression
  ImageF mask;      // R x R, 0..1: learned-prd
  ImageF mask_dst;  // R x R, 0..1: learned-dst
};

struct PredictorOptions {
  int threads = 0;  // 0 = all
  bool allow_gpu = true;
  bool allow_bf16 = false;  // fp32 unless asked: bf16 shows as banding in smooth skin
};

class Predictor {
 public:
  virtual ~Predictor() = default;
  virtual int resolution() const = 0;
  virtual FaceType face_type() const = 0;
  virtual std::int64_t iteration() const = 0;
  // dst faces, R x R x 3 BGR 0..1. `morph` is how much of the src face is taken, 0..1 (AMP; others take all of it).
  // Not thread-safe: one caller at a time.
  virtual Result<std::vector<PredictedFace>> predict(std::span<const ImageF> dst_bgr, double morph) = 0;
};

// Opens a model folder's newest whole generation. Warnings tell of damaged newer ones.
Result<std::unique_ptr<Predictor>> load_predictor(const fs::path& model, const PredictorOptions&,
                                                  std::vector<std::string>& warnings);

}  // namespace understudy
