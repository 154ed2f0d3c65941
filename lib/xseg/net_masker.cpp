// SPDX-License-Identifier: Apache-2.0
#include "lib/xseg/net_masker.hpp"

#include "lib/training/model_folder.hpp"

namespace understudy {

NetMasker::NetMasker(const XsegShape& shape, const Device& device, Precision precision, std::optional<FaceType> type)
    : parameters_(0, device.device), net_(parameters_, shape), type_(type) {
  parameters_.set_winograd(precision == Precision::fp32 && device.device.is_cpu());
  parameters_.set_precision(precision);
}

Result<std::unique_ptr<Masker>> NetMasker::make(const XsegShape& shape, const std::map<std::string, Tensor>& weights,
                                                std::optional<FaceType> type, const MaskerOptions& options) {
  const Device device = open_device(options.threads, options.gpu);
  const Precision precision = device.multiplies_bf16 ? Precision::bf16 : Precision::fp32;
  TRY(auto masker, guard_torch("making the network", [&] {
        return std::unique_ptr<NetMasker>(new NetMasker(shape, device, precision, type));
      }));
  TRY_VOID(load_weights(masker->parameters_.all(), weights));
  masker->parameters_.refresh_values();
  masker->net_.weights_stay();
  return std::unique_ptr<Masker>(std::move(masker));
}

Result<std::vector<ImageF>> NetMasker::masks(std::span<const ImageF> bgr) {
  return guard_torch("masking", [&] {
    torch::InferenceMode inference;
    const std::int64_t side = net_.shape().resolution;
    Tensor faces = to_tensor(bgr);
    const auto given = faces.sizes().slice(2).vec();
    const bool other = given != std::vector<std::int64_t>{side, side};
    if (other) faces = torch::_upsample_bilinear2d_aa(faces, {side, side}, /*align_corners=*/false);
    Tensor made = net_.mask(faces).to(torch::kCPU);
    if (other) made = torch::upsample_bilinear2d(made, given, /*align_corners=*/false);
    std::vector<ImageF> all;
    for (int i = 0; i < static_cast<int>(bgr.size()); ++i) all.push_back(to_image(made, i));
    return all;
  });
}

}  // namespace understudy
