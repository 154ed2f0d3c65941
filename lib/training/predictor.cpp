// SPDX-License-Identifier: Apache-2.0
#include "lib/training/predictor.hpp"

#include "lib/image/convert.hpp"
#include "lib/training/build_net.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy {
namespace {

class NetPredictor final : public Predictor {
 public:
  NetPredictor(const ModelSpec& spec, FaceType face_type, torch::Device device)
      : parameters_(0, device), net_(build_net(spec, parameters_)), face_type_(face_type) {}

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

  Result<std::vector<PredictedFace>> predict(std::span<const ImageF> dst_bgr, double morph) override {
    return guard_torch("predicting faces", [&] {
      torch::InferenceMode inference;
      const auto swap = net_->predict(to_tensor(dst_bgr).to(parameters_.device()), morph);
      std::vector<PredictedFace> faces;
      for (int i = 0; i < static_cast<int>(dst_bgr.size()); ++i) {
        faces.push_back({to_image(swap.bgr, i), to_image(swap.mask, i), to_image(swap.mask_dst, i)});
        for (ImageF* image : {&faces.back().bgr, &faces.back().mask, &faces.back().mask_dst}) clamp_01(*image);
      }
      return faces;
    });
  }

 private:
  Parameters parameters_;
  std::unique_ptr<FaceNet> net_;
  FaceType face_type_;
  std::int64_t iteration_ = 0;
};

}  // namespace

Result<std::unique_ptr<Predictor>> load_predictor(const fs::path& path, const PredictorOptions& options,
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
