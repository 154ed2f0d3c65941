// SPDX-License-Identifier: Apache-2.0
#include "lib/training/model_folder.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "lib/training/grow.hpp"

namespace understudy {
namespace {

using nlohmann::json;

Result<json> as_written_now(const json& description, std::string_view file) {
  TRY(const auto model, description_from_json(description, file));
  return to_json(model);
}

std::string restore_hint(const fs::path& model) {
  return fmt::format("Nothing was changed. Its backup: understudy model duplicate --model {} --backup 1",
                     model.filename().string());
}

}  // namespace

const ModelKind& face_model_kind() {
  static const ModelKind kind{as_written_now, "understudy train saehd", 2, restore_hint};
  return kind;
}

Result<ModelFolder> ModelFolder::create(const fs::path& path, const ModelDescription& description) {
  TRY(auto store, ModelStore::create(path, face_model_kind(), to_json(description)));
  return ModelFolder(std::move(store), description);
}

Result<ModelFolder> ModelFolder::create_saved(const fs::path& path, const ModelDescription& description,
                                              const Generation& generation,
                                              const std::map<std::string, std::string>& beside) {
  TRY(auto store, ModelStore::create_saved(path, face_model_kind(), to_json(description), generation, beside));
  return ModelFolder(std::move(store), description);
}

Result<ModelFolder> ModelFolder::open(const fs::path& path) {
  TRY(auto store, ModelStore::open(path, face_model_kind()));
  TRY(auto description, description_from_json(store.description(), path.string()));
  return ModelFolder(std::move(store), std::move(description));
}

void ModelFolder::intend(const ModelDescription& description) {
  description_ = description;
  store_.intend(to_json(description));
}

Result<> ModelFolder::commit_description() {
  TRY_VOID(store_.commit_description());
  on_disk_ = description_;
  return {};
}

Result<> ModelFolder::change_description(const ModelDescription& description) {
  const ModelDescription before = description_;
  intend(ModelDescription(description));  // which may be our own
  auto written = commit_description();
  if (!written) intend(before);
  return written;
}

// The slots of gradients that were sums over the batch as those of means are, and back (spec 9, no. 9).
static void rescale_slots(std::map<std::string, Tensor>& slots, const TrainingRules& from, const TrainingRules& to) {
  if (from.mean_gradient == to.mean_gradient) return;
  const double scale = from.mean_gradient ? to.batch_size : 1.0 / from.batch_size;
  for (auto& [name, tensor] : slots) {
    const std::string_view slot = std::string_view(name).substr(name.find(':') + 1);  // behind the optimiser's name
    if (slot.starts_with("ms/")) tensor = tensor * scale;
    if (slot.starts_with("vs/") || slot.starts_with("acc/")) tensor = tensor * (scale * scale);
  }
}

Result<> grow_to(const ModelDescription& model, LoadedGeneration& loaded) {
  if (!loaded.saved_as) return {};
  TRY(const auto before, description_from_json(*loaded.saved_as, "the generation's note"));
  const auto was = spec_of(before), is = spec_of(model);
  if (was && is) rescale_slots(loaded.optimizer, was->rules, is->rules);
  if (!is_growth(before, model)) return {};
  TRY(const auto from, was);
  TRY(const auto to, is);
  // A description that is not that of these weights: made smaller, they would lose what they were trained for.
  if (to.shape.resolution < from.shape.resolution) return {};
  const CropMap map = crop_map(before.face_type(), model.face_type());
  // The optimiser's slots are maps over the crop as the weights are.
  for (auto* tensors : {&loaded.weights, &loaded.optimizer}) {
    for (auto& [name, tensor] : *tensors) tensor = grown(name, tensor, from, to, map);
  }
  loaded.adapted = fmt::format("Grown from {} to {} pixels", from.shape.resolution, to.shape.resolution);
  return {};
}

Result<std::optional<LoadedGeneration>> ModelFolder::load(bool with_optimizer,
                                                          std::vector<std::string>& warnings) const {
  TRY(auto loaded, store_.load(with_optimizer, warnings));
  if (loaded) TRY_VOID(grow_to(description_, *loaded));
  return loaded;
}

Result<LoadedGeneration> ModelFolder::load_trained(bool with_optimizer, std::vector<std::string>& warnings) const {
  TRY(auto generation, load(with_optimizer, warnings));
  if (!generation) {
    return fail_with_hint(Code::not_found, fmt::format("The model in {} has not been trained yet", path().string()),
                          "Train it first: understudy train");
  }
  return *std::move(generation);
}

std::vector<OptionChange> changes_between(const ModelDescription& from, const ModelDescription& to,
                                          std::int64_t iteration) {
  return changes_between(to_json(from), to_json(to), iteration);
}

Result<> load_weights(std::deque<Parameter>& parameters, const std::map<std::string, Tensor>& saved) {
  torch::NoGradGuard no_grad;
  for (auto& p : parameters) {
    const auto it = saved.find(p.name);
    if (it == saved.end()) return fail(Code::bad_file, "The saved model has no tensor '{}'", p.name);
    if (it->second.sizes() != p.master.sizes())
      return fail(Code::bad_file, "The saved tensor '{}' has another shape than the model's options ask for", p.name);
  }
  for (auto& p : parameters) p.master.copy_(saved.at(p.name));
  return {};
}

}  // namespace understudy
