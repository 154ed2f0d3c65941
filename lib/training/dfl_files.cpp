// SPDX-License-Identifier: Apache-2.0
#include "lib/training/dfl_files.hpp"

#include <algorithm>

#include "lib/nets/discriminators.hpp"
#include "lib/training/build_net.hpp"

namespace understudy {
namespace {

Result<Tensor> to_tensor(const NdArray& array, std::string_view key, const fs::path& file) {
  if (array.dtype == "i8" || array.dtype == "i4") {
    const auto numbers = array.to<std::int64_t>();
    return torch::tensor(torch::ArrayRef<std::int64_t>(numbers)).reshape(array.shape);
  }
  if (!array.dtype.starts_with('f'))
    return fail(Code::bad_file, "{} holds '{}' as {}, not as numbers of a network", file.string(), key, array.dtype);
  const auto numbers = array.to<float>();
  Tensor tensor = torch::empty(array.shape);
  check(static_cast<std::size_t>(tensor.numel()) == numbers.size(), "an array whose shape is not its size");
  std::copy(numbers.begin(), numbers.end(), tensor.data_ptr<float>());
  return tensor;
}

std::string without_suffix(std::string_view text, std::string_view suffix) {
  return std::string(text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text);
}

std::vector<DflTensor> tensors_of(const Parameters& parameters, const std::string& scope) {
  std::vector<DflTensor> found;
  for (const auto& p : parameters.all()) {
    if (p.part() == scope) found.push_back({p.name, p.master.sizes().vec()});
  }
  return found;
}

DflPart discriminator(std::string file, std::string scope, const Parameters& parameters, bool required) {
  DflPart part{std::move(file), scope, tensors_of(parameters, scope), true, true, required};
  check(!part.tensors.empty(), "a discriminator without tensors");
  return part;
}

}  // namespace

std::vector<DflOptimizer> DflLayout::optimizers() const {
  std::vector<DflOptimizer> all{{"src_dst_opt", "", {}}};
  for (const auto& part : parts) {
    if (part.discriminator) {
      const std::string file = part.file == "GAN" ? "GAN_opt" : "D_code_opt";
      all.push_back({file, file + ":", {&part}});
    } else if (part.trained) {
      all.front().parts.push_back(&part);
    }
  }
  return all;
}

Result<DflLayout> dfl_layout(const ModelSpec& spec) {
  return guard_torch("laying out the model's files", [&] {
    DflLayout layout;
    layout.class_name = spec.quick() ? "Quick96" : spec.amp() ? "AMP" : "SAEHD";
    layout.slots = spec.rules.rmsprop ? std::vector<std::string>{"acc"} : std::vector<std::string>{"ms", "vs"};
    {
      Parameters parameters(0);
      const auto net = build_net(spec, parameters);
      for (const auto& name : net->parts()) {
        // AMP's inters stay at their random start: the original keeps no slots for them (spec 1.2).
        const bool trained = !spec.amp() || !name.starts_with("inter");
        layout.parts.push_back({name, name, tensors_of(parameters, name), false, trained, true});
      }
    }
    if (spec.quick()) return layout;
    const auto& shape = spec.shape;
    if (!spec.amp() && !shape.archi.liae) {
      Parameters parameters(0);
      const int lowest = shape.resolution / (shape.archi.doubled ? 32 : 16);
      const CodeDiscriminator dis(shape.ae_dims, shape.archi.deep ? lowest : 2 * lowest, parameters);
      layout.parts.push_back(discriminator("code_discriminator", "dis", parameters, spec.rules.true_face_power > 0));
    }
    Parameters parameters(0);
    const std::string scope = spec.amp() ? "GAN" : "D_src";
    const PatchDiscriminator gan(scope, spec.rules.gan_patch_size, spec.rules.gan_dims, parameters);
    layout.parts.push_back(discriminator("GAN", scope, parameters, spec.rules.gan_power > 0));
    return layout;
  });
}

Tensor to_torch_layout(const Tensor& t) {
  if (t.dim() == 4) return t.permute({3, 2, 0, 1}).to(torch::kFloat32).contiguous(torch::MemoryFormat::ChannelsLast);
  if (t.dim() == 2) return t.t().to(torch::kFloat32).contiguous();
  return t.is_floating_point() ? t.to(torch::kFloat32).contiguous() : t.contiguous();
}

NdArray to_dfl_layout(const Tensor& t) {
  Tensor plain = t.detach().to(torch::kCPU).to(torch::kFloat32);
  if (plain.dim() == 4) plain = plain.permute({2, 3, 1, 0});
  if (plain.dim() == 2) plain = plain.t();
  plain = plain.contiguous();
  return NdArray::of<float>({plain.data_ptr<float>(), static_cast<std::size_t>(plain.numel())}, plain.sizes().vec());
}

Result<std::map<std::string, Tensor>> read_dfl_tensors(const fs::path& file) {
  TRY(const auto value, pickle::read_file(file));
  const auto* dict = value.as_dict();
  if (dict == nullptr) return fail(Code::bad_file, "{} is no DeepFaceLab weights file", file.string());
  std::map<std::string, Tensor> tensors;
  for (const auto& [key, held] : *dict) {
    const auto* name = key.as_string();
    if (name == nullptr) return fail(Code::bad_file, "{} is no DeepFaceLab weights file", file.string());
    Tensor tensor;
    if (const auto* array = held.as_array()) {
      TRY(tensor, to_tensor(*array, *name, file));
    } else if (const auto number = held.as_int()) {
      tensor = torch::tensor({*number});
    } else {
      return fail(Code::bad_file, "{} holds '{}', which is no array", file.string(), *name);
    }
    tensors[without_suffix(*name, ":0")] = std::move(tensor);
  }
  return tensors;
}

}  // namespace understudy
