// SPDX-License-Identifier: Apache-2.0
// The verbs about models that are there: list, import from DeepFaceLab, predict.
#include <nlohmann/json.hpp>

#include "lib/options/options.hpp"
#include "lib/project/workspace.hpp"
#include "lib/training/dfl_import.hpp"
#include "lib/training/model_folder.hpp"
#include "steps/5_train/predict.hpp"
#include "steps/5_train/verb.hpp"

namespace understudy {

struct ImportOptions {
  std::filesystem::path from;
  std::string name;
  std::string as;
};
template <>
constexpr auto describe<ImportOptions>() {
  return std::tuple{
      field("from", &ImportOptions::from)
          .says("Folder", "Folder with DeepFaceLab's model files; empty: WORKSPACE/model."),
      field("name", &ImportOptions::name).says("Name", "The model's name in DeepFaceLab; empty: the newest there."),
      field("as", &ImportOptions::as).says("As", "Name of the new model here; empty: the same name."),
  };
}
static_assert(all_described<ImportOptions>);

struct ModelListOptions {
  bool options = false;
};
template <>
constexpr auto describe<ModelListOptions>() {
  return std::tuple{field("options", &ModelListOptions::options).says("Options", "Show each model's options too.")};
}

template <>
constexpr auto describe<PredictOptions>() {
  using O = PredictOptions;
  return std::tuple{
      field("model", &O::model).says("Model name", "Folder of the model in WORKSPACE/model; empty: the newest."),
      field("input", &O::input)
          .says("Input", "An aligned face, a folder of them, or one with a faceset.pak; empty: the dst faceset."),
      field("output", &O::output).says("Output", "Folder for the pictures; empty: WORKSPACE/predicted."),
      field("limit", &O::limit).says("Limit", "At most this many faces, spread over the set; 0: all.").at_least(0),
      field("threads", &O::threads).says("Threads", "Processor threads; 0: all.").range(0, 1024),
      field("gpu", &O::gpu).says("GPU", "Use a CUDA GPU when there is one."),
  };
}
static_assert(all_described<PredictOptions>);

namespace {

using nlohmann::json;

Result<std::string> list_models(const ModelListOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  json models = json::array();
  std::error_code error;
  for (fs::directory_iterator it(workspace.model(), error), end; !error && it != end; it.increment(error)) {
    if (!ModelFolder::exists(it->path())) continue;
    const auto folder = ModelFolder::open(it->path());
    if (!folder) {
      run.warn(to_sentence(folder.error()));
      continue;
    }
    const auto generations = folder->generations();
    const std::int64_t iteration = generations && !generations->empty() ? generations->back() : 0;
    json row{{"name", it->path().filename().string()},
             {"class", class_name(folder->description().model_class)},
             {"iteration", iteration}};
    if (options.options) row["options"] = to_json(folder->description())["options"];
    run.note(fmt::format("{}: {} at iteration {}{}", row["name"].get<std::string>(), row["class"].get<std::string>(),
                         iteration, options.options ? " " + row["options"].dump() : ""));
    models.push_back(std::move(row));
  }
  return json{{"models", models}}.dump();
}

Result<std::string> import_model(const ImportOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  TRY(auto model, read_dfl_model(options.from.empty() ? workspace.model() : options.from, options.name));
  const std::string name = options.as.empty() ? model.name : options.as;
  TRY(auto folder, ModelFolder::create(workspace.model() / name, model.description));
  Generation generation;
  generation.iteration = model.generation.iteration;
  generation.batches = model.generation.batches;
  generation.losses = model.generation.losses;
  for (auto& [key, tensor] : model.generation.weights) generation.weights.push_back({key, tensor});
  for (auto& [key, tensor] : model.generation.optimizer) generation.optimizer.push_back({key, tensor});
  if (generation.optimizer.empty()) run.note("There is no optimiser file: its memory starts anew when you train on");
  if (!model.not_taken.empty()) {
    run.note(
        fmt::format("Not taken over, because training cannot use it here yet: {}", fmt::join(model.not_taken, ", ")));
  }
  TRY_VOID(folder.save(generation));
  run.saved(folder.path().string(),
            fmt::format("{} model at iteration {}", class_name(model.description.model_class), generation.iteration));
  return json{{"model", name},
              {"class", class_name(model.description.model_class)},
              {"iteration", generation.iteration},
              {"tensors", generation.weights.size()}}
      .dump();
}

Result<std::string> predict_verb(const PredictOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  PredictOptions filled = options;
  if (filled.input.empty()) filled.input = workspace.aligned(Side::dst);
  if (filled.output.empty()) filled.output = workspace.root / "predicted";
  TRY(const auto model, find_model(workspace.model(), options.model));
  TRY(const auto faces, predict_faces(model, filled, run));
  return json{{"faces", faces}, {"output", filled.output.string()}}.dump();
}

}  // namespace

std::vector<Verb> model_verbs() {
  return {make_verb<ModelListOptions>("model list", "List the workspace's models", "  understudy model list --options",
                                      {}, list_models),
          make_verb<ImportOptions>(
              "model import", "Bring a DeepFaceLab model (SAEHD df/liae, Quick96) here, to merge with or to train on",
              "  understudy model import --from D/workspace/model --name clooney", {}, import_model),
          make_verb<PredictOptions>(
              "model predict", "Decode aligned faces with a model: the swapped face and both masks as PNG",
              "  understudy model predict --input data_dst/aligned/00042_0.jpg", {}, predict_verb)};
}

}  // namespace understudy
