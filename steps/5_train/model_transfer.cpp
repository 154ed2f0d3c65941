// SPDX-License-Identifier: Apache-2.0
// Models from DeepFaceLab and to it.
#include <nlohmann/json.hpp>

#include "lib/base/lock.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/project/workspace.hpp"
#include "lib/training/dfl_export.hpp"
#include "lib/training/dfl_import.hpp"
#include "lib/training/dfm_export.hpp"
#include "steps/5_train/model_verbs.hpp"

namespace understudy {

struct ModelImportOptions {
  std::filesystem::path from;
  std::string name;
  std::string as;
  bool optimizer = true;
  bool discriminators = true;
};
template <>
constexpr auto describe<ModelImportOptions>() {
  using O = ModelImportOptions;
  return std::tuple{
      field("from", &O::from).says("Folder", "Folder with DeepFaceLab's model files; empty: WORKSPACE/model."),
      field("name", &O::name).says("Name", "The model's name in DeepFaceLab; empty: the newest there."),
      field("as", &O::as).says("As", "Name of the new model here; empty: the same name."),
      field("optimizer", &O::optimizer).says("Optimiser", "Take the optimisers' memory along; off: it starts anew."),
      field("discriminators", &O::discriminators)
          .says("Discriminators", "Take those of GAN and true face along; off: they start anew."),
  };
}
static_assert(all_described<ModelImportOptions>);

enum class ExportFormat { dfl, dfm };
template <>
struct Names<ExportFormat> {
  static constexpr std::array all{"dfl", "dfm"};
};
struct ModelExportOptions {
  std::string model;
  ExportFormat to = ExportFormat::dfl;
  std::filesystem::path output;
  std::string as;
  bool averaged = true;
  bool quantised = false;
  bool replace = false;
};
template <>
constexpr auto describe<ModelExportOptions>() {
  using O = ModelExportOptions;
  return std::tuple{
      field("model", &O::model).says("Model name", "Empty: the newest."),
      field("to", &O::to)
          .says("To",
                "dfl: DeepFaceLab's model files, to train on or to merge with there; dfm: one file (ONNX) for "
                "DeepFaceLive, FaceFusion, VisoMaster and merge --model-file."),
      field("output", &O::output).says("Output", "Folder for the files; empty: WORKSPACE/exported."),
      field("as", &O::as).says("As", "The model's name there; empty: the same name."),
      field("averaged", &O::averaged)
          .says("Averaged weights", "Export the running mean of the weights where the model keeps one (--ema)."),
      field("quantised", &O::quantised)
          .says("Quantised", "A dfm in float16: half the size, and quicker on many graphics cards."),
      field("replace", &O::replace).says("Replace", "Write over a model of that name."),
  };
}
static_assert(all_described<ModelExportOptions>);

namespace {

using nlohmann::json;
constexpr const char* others_name = "dfl.json";  // options of DeepFaceLab that have no counterpart, for an export

Generation generation_of(const DflModel& model) {
  Generation generation;
  generation.iteration = model.generation.iteration;
  generation.batches = model.generation.batches;
  generation.losses = model.generation.losses;
  for (const auto& [key, tensor] : model.generation.weights) generation.weights.push_back({key, tensor});
  for (const auto& [key, tensor] : model.generation.optimizer) generation.optimizer.push_back({key, tensor});
  return generation;
}

Result<std::string> import_verb(const ModelImportOptions& options, const std::vector<Row>&, const Call& call,
                                Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  TRY(const auto model, read_dfl_model(options.from.empty() ? workspace.model() : options.from, options.name,
                                       {options.optimizer, options.discriminators}));
  const std::string name = options.as.empty() ? model.name : options.as;
  TRY_VOID(check_model_name(name));
  TRY(const auto folder, ModelFolder::create_saved(workspace.model() / name, model.description, generation_of(model),
                                                   {{others_name, model.other_options + "\n"}}));
  for (const auto& remark : model.remarks) run.note(remark);
  if (!model.generation.optimizer.contains("iters"))
    run.note("There is no optimiser file: its memory starts anew when you train on");
  if (!model.not_taken.empty()) {
    run.note(fmt::format("Not part of a model here, give them to train if you want them: {}",
                         fmt::join(model.not_taken, ", ")));
  }
  run.saved(folder.path().string(), fmt::format("{} model at iteration {}", class_name(model.description.model_class),
                                                model.generation.iteration));
  return json_text(json{{"model", name},
                        {"class", class_name(model.description.model_class)},
                        {"iteration", model.generation.iteration},
                        {"tensors", model.generation.weights.size()},
                        {"optimizer_tensors", model.generation.optimizer.size()}});
}

// What is exported, and where to.
struct Exported {
  fs::path model;
  ModelFolder folder;
  LoadedGeneration generation;
  fs::path output;
  std::string name;
};

Result<Exported> open_for_export(const ModelExportOptions& options, const Call& call, Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  TRY(const auto path, find_model(workspace.model(), options.model));
  TRY(auto folder, ModelFolder::open(path));
  std::vector<std::string> warnings;
  auto loaded = folder.load_trained(/*with_optimizer=*/options.to == ExportFormat::dfl, warnings);
  for (auto& w : warnings) run.warn(std::move(w));
  TRY(auto generation, std::move(loaded));
  auto name = options.as.empty() ? path.filename().string() : options.as;
  TRY_VOID(check_model_name(name));
  return Exported{path, std::move(folder), std::move(generation),
                  options.output.empty() ? workspace.root / "exported" : options.output, std::move(name)};
}

Result<std::string> export_dfl(const ModelExportOptions& options, const Exported& from, Run& run) {
  DflTarget target;
  target.folder = from.output;
  target.name = from.name;
  target.averaged = options.averaged;
  target.replace = options.replace;
  std::error_code error;
  if (fs::exists(from.model / others_name, error)) {
    TRY(target.other_options, read_text(from.model / others_name, 1 << 20));
  }
  target.tell = [&run](std::string text) { run.note(std::move(text)); };
  TRY(const auto written, write_dfl_model(from.folder.description(), from.generation, target));
  if (!written.left_out.empty()) {
    run.note(
        fmt::format("DeepFaceLab has no counterpart of {}: it trains on without", fmt::join(written.left_out, ", ")));
  }
  run.saved(target.folder.string(),
            fmt::format("{} for DeepFaceLab, iteration {}", written.name, from.generation.iteration));
  json files = json::array();
  for (const auto& file : written.files) files.push_back(path_text(file.filename()));
  return json_text(json{{"model", path_text(from.model.filename())},
                        {"name", written.name},
                        {"output", path_text(target.folder)},
                        {"files", files},
                        {"tensors", written.tensors},
                        {"iteration", from.generation.iteration}});
}

Result<std::string> export_dfm(const ModelExportOptions& options, const Exported& from, Run& run) {
  const auto& description = from.folder.description();
  const DfmTarget target{from.output / dfm_name(from.name, description.model_class), options.averaged,
                         options.quantised};
  TRY(const auto lock, lock_folder(from.output));
  std::error_code error;
  if (!options.replace && fs::exists(fs::symlink_status(target.file, error))) {
    return fail_with_hint(Code::bad_option, fmt::format("There is {} already", target.file.string()),
                          "Choose another name with --as, or write over it with --replace.");
  }
  DfmWritten written;
  TRY_VOID(write_over_ours(
      target.file,
      [&]() -> Result<> {
        TRY(written, write_dfm(description, from.generation, target));
        return {};
      },
      [&run](std::string text) { run.note(std::move(text)); }));
  run.saved(target.file.string(), fmt::format("{} model, iteration {}, {:.0f} MB", class_name(description.model_class),
                                              from.generation.iteration, static_cast<double>(written.bytes) / 1e6));
  return json_text(json{{"model", path_text(from.model.filename())},
                        {"output", path_text(from.output)},
                        {"files", {path_text(target.file.filename())}},
                        {"bytes", written.bytes},
                        {"tensors", written.tensors},
                        {"iteration", from.generation.iteration}});
}

Result<std::string> export_verb(const ModelExportOptions& options, const std::vector<Row>&, const Call& call,
                                Run& run) {
  if (options.quantised && options.to != ExportFormat::dfm) {
    return fail_with_hint(Code::bad_option, "DeepFaceLab's own files are never quantised",
                          "Use --quantised with --to dfm.");
  }
  TRY(const auto from, open_for_export(options, call, run));
  return options.to == ExportFormat::dfm ? export_dfm(options, from, run) : export_dfl(options, from, run);
}

}  // namespace

std::vector<Verb> model_transfer_verbs() {
  return {make_verb<ModelImportOptions>(
              "model import", "Bring a DeepFaceLab model (SAEHD, AMP, Quick96) here, to merge with or to train on",
              "  understudy model import --from D/workspace/model --name clooney", {}, import_verb),
          make_verb<ModelExportOptions>(
              "model export", "Write a model as DeepFaceLab's files, or as the file that DeepFaceLive and others load",
              "  understudy model export --to dfl --model clooney --output D/workspace/model\n"
              "  understudy model export --to dfm --model clooney --quantised",
              {}, export_verb)};
}

}  // namespace understudy
