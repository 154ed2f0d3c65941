// SPDX-License-Identifier: Apache-2.0
#include "lib/training/origin.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "lib/base/text.hpp"
#include "lib/training/build_net.hpp"
#include "lib/training/grow.hpp"
#include "lib/training/model_list.hpp"

namespace understudy {
namespace {

constexpr std::string_view averaged = "ema:";

Result<std::vector<std::string>> chosen_parts(const std::string& list, const std::vector<std::string>& all) {
  auto chosen = split(list, ',');
  std::erase(chosen, "");
  if (chosen.empty()) return all;
  for (const auto& part : chosen) {
    if (std::ranges::find(all, part) == all.end()) {
      return fail_with_hint(Code::bad_option, fmt::format("There is no part '{}' in this model", part),
                            fmt::format("It has {}.", fmt::join(all, ", ")));
    }
  }
  return chosen;
}

}  // namespace

Result<Origin> open_origin(const fs::path& models, const std::string& name, ModelClass model_class,
                           std::vector<std::string>& warnings) {
  TRY(const auto path, find_model(models, name));
  TRY(const auto folder, ModelFolder::open(path));
  if (folder.description().model_class != model_class) {
    return fail(Code::bad_option, "'{}' is a {} model, not {}", name, class_name(folder.description().model_class),
                class_name(model_class));
  }
  TRY(auto generation, folder.load_trained(/*with_optimizer=*/false, warnings));
  Origin origin{path, folder.description(), {}};
  for (auto& [key, tensor] : generation.weights) {
    if (key.starts_with(averaged))
      origin.weights[key.substr(averaged.size())] = tensor;
    else
      origin.weights.try_emplace(key, tensor);
  }
  return origin;
}

Result<std::vector<NamedTensor>> weights_from(const Origin& origin, const ModelDescription& model,
                                              const std::string& list) {
  TRY(const auto spec, spec_of(model));
  TRY(const auto old_spec, spec_of(origin.description));
  Parameters parameters(spec.rules.seed);
  TRY(const auto net, guard_torch("making the network", [&] { return build_net(spec, parameters); }));
  TRY(const auto parts, chosen_parts(list, net->parts()));
  const bool grows = is_growth(origin.description, model);
  const CropMap map = crop_map(origin.description.face_type(), model.face_type());
  std::vector<NamedTensor> weights;
  for (const auto& p : parameters.all()) {
    weights.push_back({p.name, p.master});
    if (std::ranges::find(parts, p.part()) == parts.end()) continue;
    const auto saved = origin.weights.find(p.name);
    Tensor tensor;
    if (saved != origin.weights.end())
      tensor = grows ? grown(p.name, saved->second, old_spec, spec, map) : saved->second;
    if (!tensor.defined() || tensor.sizes() != p.master.sizes()) {
      return fail_with_hint(
          Code::bad_option,
          fmt::format("The part '{}' of {} does not fit the new model: '{}' {}", p.part(), origin.path.string(), p.name,
                      tensor.defined() ? "has another shape" : "is missing"),
          "Name the parts that fit, or give the new model the same network options.");
    }
    weights.back().tensor = tensor;
  }
  return weights;
}

}  // namespace understudy
