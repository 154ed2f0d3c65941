// SPDX-License-Identifier: Apache-2.0
#include "lib/predict/raw_predictor.hpp"

#include <algorithm>

namespace understudy {
namespace {

class RawPredictor final : public Predictor {
 public:
  RawPredictor(FaceType type, int resolution) : type_(type), resolution_(resolution) {}
  int resolution() const override { return resolution_; }
  FaceType face_type() const override { return type_; }
  std::int64_t iteration() const override { return 0; }
  bool morphs() const override { return false; }
  Result<std::vector<PredictedFace>> predict(std::span<const ImageF> dst_bgr, double) override {
    std::vector<PredictedFace> faces;
    for (const auto& face : dst_bgr) {
      ImageF whole(face.width, face.height, 1);
      std::ranges::fill(whole.data, 1.0f);
      faces.push_back({face, whole, whole});
    }
    return faces;
  }

 private:
  FaceType type_;
  int resolution_;
};

}  // namespace

std::unique_ptr<Predictor> raw_predictor(FaceType type, int resolution) {
  return std::make_unique<RawPredictor>(type, resolution);
}

}  // namespace understudy
