// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/xseg_masker.hpp"

#include <algorithm>

#include "lib/infer/session.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/nets/xseg.hpp"
#include "lib/training/model_folder.hpp"
#include "lib/xseg/xseg_dfl.hpp"

namespace understudy {
namespace {

constexpr float least = 0.1f;  // spec 1.4

class NetMasker : public Masker {
 public:
  NetMasker(const Device& device, Precision precision, std::optional<FaceType> type)
      : parameters_(0, device.device), net_(parameters_), precision_(precision), type_(type) {}
  Result<> load(const std::map<std::string, Tensor>& weights) {
    parameters_.set_winograd(precision_ == Precision::fp32 && parameters_.device().is_cpu());
    TRY_VOID(load_weights(parameters_.all(), weights));
    parameters_.set_precision(precision_);
    return {};
  }
  Result<std::vector<ImageF>> masks(std::span<const ImageF> bgr) override {
    return guard_torch("masking", [&] {
      torch::InferenceMode inference;
      const Tensor made = net_.mask(to_tensor(bgr)).to(torch::kCPU);
      std::vector<ImageF> all;
      for (int i = 0; i < static_cast<int>(bgr.size()); ++i) all.push_back(to_image(made, i));
      return all;
    });
  }
  std::optional<FaceType> face_type() const override { return type_; }

 private:
  Parameters parameters_;
  XsegNet net_;
  Precision precision_;
  std::optional<FaceType> type_;
};

// DeepFaceLab's XSeg_model.onnx: in_face (1,256,256,3) -> out_mask (1,256,256,1).
class OnnxMasker : public Masker {
 public:
  explicit OnnxMasker(infer::Session session) : session_(std::move(session)) {}
  Result<std::vector<ImageF>> masks(std::span<const ImageF> bgr) override {
    std::vector<ImageF> all;
    for (const auto& face : bgr) {
      std::ranges::copy(face.data, session_.input(0).begin());
      TRY_VOID(session_.run());
      ImageF mask(face.width, face.height, 1);
      std::ranges::copy(session_.output(0), mask.data.begin());
      for (float& v : mask.data) v = v < least ? 0 : std::min(v, 1.0f);
      all.push_back(std::move(mask));
    }
    return all;
  }
  std::optional<FaceType> face_type() const override { return {}; }

 private:
  infer::Session session_;
};

Result<std::unique_ptr<Masker>> made(const std::map<std::string, Tensor>& weights, std::optional<FaceType> type,
                                     const MaskerOptions& options) {
  const Device device = open_device(options.threads, options.gpu);
  const Precision precision = device.multiplies_bf16 ? Precision::bf16 : Precision::fp32;
  TRY(auto masker,
      guard_torch("making the network", [&] { return std::make_unique<NetMasker>(device, precision, type); }));
  TRY_VOID(masker->load(weights));
  return std::unique_ptr<Masker>(std::move(masker));
}

Result<std::unique_ptr<Masker>> open_onnx(const fs::path& file, const MaskerOptions& options) {
  TRY(auto session, infer::Session::load(file, {.threads = options.threads, .shapes = {{1, 256, 256, 3}}}));
  const infer::Shape in{1, 256, 256, 3}, out{1, 256, 256, 1};
  if (session.inputs().size() != 1 || session.outputs().size() != 1 || session.inputs()[0].shape != in ||
      session.outputs()[0].shape != out) {
    return fail(Code::bad_file, "{} is not an XSeg network: it should take 1x256x256x3 and give 1x256x256x1",
                file.string());
  }
  return std::make_unique<OnnxMasker>(std::move(session));
}

}  // namespace

fs::path xseg_model_in(const fs::path& models) {
  std::error_code error;
  const fs::path own = models / "XSeg";
  return !ModelStore::exists(own) && fs::exists(models / "XSeg_256.npy", error) ? models : own;
}

Result<std::uint64_t> masker_content(const fs::path& path) {
  if (path.extension() == ".onnx") return file_checksum(path);
  if (!ModelStore::exists(path)) return file_checksum(path / "XSeg_256.npy");
  TRY(const auto list, usable_list(path));
  return list.entries.empty() ? 0 : list.entries.back().weights.checksum;
}

Result<std::unique_ptr<Masker>> open_masker(const fs::path& path, const MaskerOptions& options,
                                            std::vector<std::string>& warnings) {
  if (path.extension() == ".onnx") return open_onnx(path, options);
  if (ModelStore::exists(path)) {
    TRY(const auto store, ModelStore::open(path, xseg_model_kind()));
    TRY(const auto model, xseg_description_from_json(store.description(), path.string()));
    TRY(const auto saved, store.load(/*with_optimizer=*/false, warnings));
    if (!saved) {
      return fail_with_hint(Code::not_found,
                            fmt::format("The XSeg model in {} has not been trained yet", path.string()),
                            "Train it first: understudy mask train");
    }
    if (model.options.pretrain) {
      return fail_with_hint(Code::bad_option, fmt::format("The XSeg model in {} is only pretrained", path.string()),
                            "Train it on labels first: understudy mask train --no-pretrain");
    }
    return made(saved->weights, face_type_of(model.options.face_type), options);
  }
  TRY(const auto model, read_dfl_xseg(path, /*optimizer=*/false));
  return made(model.weights, model.face_type, options);
}

}  // namespace understudy
