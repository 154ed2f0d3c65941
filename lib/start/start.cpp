// SPDX-License-Identifier: Apache-2.0
#include "lib/start/start.hpp"

#include <cmath>

#include "lib/start/built_in.hpp"
#include "lib/training/grow.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy {
namespace {

constexpr int start_resolution = 96;
constexpr std::string_view scale_suffix = ":scale";

ModelDescription start_description() {
  const auto shape = start_spec(start_resolution).shape;
  ModelDescription model;
  model.model_class = ModelClass::saehd;
  model.saehd.archi = to_string(shape.archi);
  model.saehd.resolution = shape.resolution;
  model.saehd.face_type = ModelFaceType::f;
  model.shared.ae_dims = shape.ae_dims;
  model.shared.e_dims = shape.e_dims;
  model.shared.d_dims = shape.d_dims;
  model.shared.d_mask_dims = shape.d_mask_dims;
  return model;
}

// The faces as the start was taught them: full-face crops at its resolution.
Tensor as_taught(const Tensor& faces, ModelFaceType type) {
  const CropMap map = crop_map(ModelFaceType::f, type);
  const double side = static_cast<double>(faces.size(2));
  auto edge = [&](double at, double shift) {
    return std::clamp<std::int64_t>(std::lround(side * (0.5 + (at - shift) / map.zoom)), 0, faces.size(2));
  };
  const std::int64_t x0 = edge(-0.5, 0), x1 = edge(0.5, 0), y0 = edge(-0.5, map.shift), y1 = edge(0.5, map.shift);
  return torch::upsample_bilinear2d(faces.narrow(2, y0, y1 - y0).narrow(3, x0, x1 - x0),
                                    {start_resolution, start_resolution}, /*align_corners=*/false);
}

Tensor widened(const std::map<std::string, Tensor>& file, const std::string& name, const Tensor& stored) {
  const auto scale = file.find(name + std::string(scale_suffix));
  if (scale == file.end()) return stored.to(torch::kFloat32);
  std::vector<std::int64_t> rows(static_cast<std::size_t>(stored.dim()), 1);
  rows[0] = stored.size(0);
  return stored.to(torch::kFloat32) * scale->second.to(torch::kFloat32).reshape(rows);
}

}  // namespace

Result<Start> parse_start(std::span<const std::uint8_t> bytes, const std::string& name) {
  TRY(const auto file, parse_safetensors(bytes, name));
  Start start{start_description(), {}};
  Parameters parameters(0);
  const StartNet net(start_spec(start_resolution), parameters);
  for (const auto& p : parameters.all()) {
    const auto it = file.find(p.name);
    if (it == file.end()) return fail(Code::bad_file, "{} has no tensor '{}'", name, p.name);
    if (it->second.sizes() != p.master.sizes())
      return fail(Code::bad_file, "The tensor '{}' of {} has another shape than the start's", p.name, name);
    start.weights.emplace(p.name, widened(file, p.name, it->second));
  }
  return start;
}

Result<Start> built_in_start() { return parse_start(built_in::pretrained_start(), "the built-in start"); }

Result<> write_start(const fs::path& path, const std::map<std::string, Tensor>& weights) {
  std::vector<NamedTensor> stored;
  for (const auto& [name, tensor] : weights) {
    if (tensor.dim() < 2) {
      stored.push_back({name, tensor.to(torch::kFloat16)});
      continue;
    }
    const Tensor rows = tensor.to(torch::kFloat32).contiguous().view({tensor.size(0), -1});
    const Tensor scale = (rows.abs().amax(1) / 127).clamp_min(1e-12);
    stored.push_back(
        {name, (rows / scale.unsqueeze(1)).round().clamp(-127, 127).to(torch::kInt8).view(tensor.sizes())});
    stored.push_back({name + std::string(scale_suffix), scale});
  }
  return write_safetensors(path, stored).map([](auto) {});
}

std::string start_misfit(const ModelDescription& model) { return start_misfit({start_description(), {}}, model); }

std::string start_misfit(const Start& start, const ModelDescription& model) {
  const auto& s = start.description;
  if (model.model_class != s.model_class) return fmt::format("it is for {} models", class_name(s.model_class));
  const auto spec = spec_of(model), own = spec_of(s);
  if (!spec || !own) return "the model's options do not fit together";
  SaehdShape shape = spec->shape;
  shape.resolution = own->shape.resolution;
  if (shape == own->shape) return {};
  return fmt::format("it has --archi {} --ae-dims {} --e-dims {} --d-dims {} --d-mask-dims {}", s.saehd.archi,
                     s.shared.ae_dims, s.shared.e_dims, s.shared.d_dims, s.shared.d_mask_dims);
}

Result<Origin> start_for(const Start& start, const Tensor& src_faces, const Tensor& dst_faces, ModelFaceType type) {
  auto made = guard_torch("beginning with the pretrained start", [&]() -> Result<Origin> {
    torch::NoGradGuard no_grad;
    Parameters parameters(0);
    const StartNet net(start_spec(start_resolution), parameters);
    TRY_VOID(load_weights(parameters.all(), start.weights));
    Origin origin{"the pretrained start", start.description, {}};
    for (const auto& p : parameters.all()) {
      if (p.part() == "encoder" || p.part() == "inter") origin.weights.emplace(p.name, p.master.clone());
    }
    auto add_decoder = [&](const std::string& part, const Tensor& faces) {
      const Tensor who = net.identity(net.encode(as_taught(faces, type))).mean(0);
      for (auto& [name, tensor] : net.decoder().plain(who)) origin.weights.emplace(part + "/" + name, tensor);
    };
    add_decoder("decoder_src", src_faces);
    add_decoder("decoder_dst", dst_faces);
    return origin;
  });
  if (!made) return Failure(made.error());
  return std::move(*made);
}

}  // namespace understudy
