// SPDX-License-Identifier: Apache-2.0
#include "lib/training/net_predictor.hpp"

#include "lib/image/convert.hpp"
#include "lib/training/build_net.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy {
namespace {

class NetPredictor final : public Predictor {
 public:
  NetPredictor(const ModelSpec& spec, FaceType face_type, torch::Device device)
      : parameters_(0, device), net_(build_net(spec, parameters_)), face_type_(face_type), morphs_(spec.amp()) {}

  Result<> load(const LoadedGeneration& generation, Precision precision) {
    // Averaged weights are there for this.
    std::map<std::string, Tensor> weights = generation.weights;
    for (const auto& [name, tensor] : generation.weights) {
      if (name.starts_with("ema:")) weights[name.substr(4)] = tensor;
    }
    TRY_VOID(load_weights(parameters_.all(), weights));
    parameters_.set_precision(precision);
    parameters_.set_requires_grad(false);
    iteration_ = generation.iteration;
    return {};
  }

  int resolution() const override { return net_->resolution(); }
  FaceType face_type() const override { return face_type_; }
  std::int64_t iteration() const override { return iteration_; }
  bool morphs() const override { return morphs_; }
  // Those that morph often get another morph for each face.
  int faces_at_once() const override { return morphs_ ? 1 : 8; }

  Result<std::vector<PredictedFace>> predict(std::span<const ImageF> dst_bgr, double morph) override {
    return guard_torch("predicting faces", [&] {
      torch::InferenceMode inference;
      std::vector<PredictedFace> faces;
      const auto full = static_cast<std::size_t>(faces_at_once());
      for (std::size_t first = 0; first < dst_bgr.size(); first += full) {
        const std::size_t count = std::min(full, dst_bgr.size() - first);
        // A run of another number of faces rounds otherwise, so what is missing is filled up: a face's picture is then
        // the same to the bit, whatever is asked beside it.
        std::vector<ImageF> asked(dst_bgr.begin() + static_cast<std::ptrdiff_t>(first),
                                  dst_bgr.begin() + static_cast<std::ptrdiff_t>(first + count));
        asked.resize(full, asked.back());
        const auto swap = net_->predict(to_tensor(asked).to(parameters_.device()), morph);
        for (int i = 0; i < static_cast<int>(count); ++i) {
          faces.push_back({to_image(swap.bgr, i), to_image(swap.mask, i), to_image(swap.mask_dst, i)});
          for (ImageF* image : {&faces.back().bgr, &faces.back().mask, &faces.back().mask_dst}) clamp_01(*image);
        }
      }
      return faces;
    });
  }

 private:
  Parameters parameters_;
  std::unique_ptr<FaceNet> net_;
  FaceType face_type_;
  bool morphs_;
  std::int64_t iteration_ = 0;
};

}  // namespace

Result<std::unique_ptr<Predictor>> open_model_predictor(const fs::path& path, const NetPredictorOptions& options,
                                                        std::vector<std::string>& warnings) {
  TRY(const auto folder, ModelFolder::open(path));
  TRY(const auto spec, spec_of(folder.description()));
  TRY(const auto generation, folder.load_trained(/*with_optimizer=*/false, warnings));
  const Device device = open_device(options.threads, options.allow_gpu);
  const FaceType type = face_type_of(folder.description().face_type());
  auto made =
      guard_torch("loading the model", [&] { return std::make_unique<NetPredictor>(spec, type, device.device); });
  if (!made) return Failure(made.error());
  TRY_VOID((*made)->load(generation, options.allow_bf16 && device.has_bf16 ? Precision::bf16 : Precision::fp32));
  return std::unique_ptr<Predictor>(std::move(*made));
}

}  // namespace understudy
