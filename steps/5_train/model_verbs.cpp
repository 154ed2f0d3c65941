// SPDX-License-Identifier: Apache-2.0
// The verbs about models that are there: list, history, rename, duplicate, delete, predict.
#include "steps/5_train/model_verbs.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/options/options.hpp"
#include "lib/project/workspace.hpp"
#include "lib/training/model_list.hpp"
#include "steps/5_train/predict.hpp"
#include "steps/5_train/verb.hpp"

namespace understudy {

struct ModelListOptions {
  bool options = false;
};
template <>
constexpr auto describe<ModelListOptions>() {
  return std::tuple{field("options", &ModelListOptions::options).says("Options", "Show each model's options too.")};
}
static_assert(all_described<ModelListOptions>);

struct ModelHistoryOptions {
  std::string model;
};
template <>
constexpr auto describe<ModelHistoryOptions>() {
  return std::tuple{field("model", &ModelHistoryOptions::model).says("Model name", "Empty: the newest.")};
}
static_assert(all_described<ModelHistoryOptions>);

struct ModelRenameOptions {
  std::string model;
  std::string as;
};
template <>
constexpr auto describe<ModelRenameOptions>() {
  return std::tuple{field("model", &ModelRenameOptions::model).says("Model name", "The model to rename."),
                    field("as", &ModelRenameOptions::as).says("As", "Its new name.")};
}
static_assert(all_described<ModelRenameOptions>);

struct ModelDuplicateOptions {
  std::string model;
  std::string as;
  int backup = 0;
};
template <>
constexpr auto describe<ModelDuplicateOptions>() {
  using O = ModelDuplicateOptions;
  return std::tuple{field("model", &O::model).says("Model name", "The model to copy; empty: the newest."),
                    field("as", &O::as).says("As", "Name of the copy; empty: NAME-copy."),
                    field("backup", &O::backup)
                        .says("Backup", "Copy this backup of it, 1 being the newest; 0: the model itself.")
                        .range(0, 99)};
}
static_assert(all_described<ModelDuplicateOptions>);

struct ModelDeleteOptions {
  std::string model;
  bool yes = false;
};
template <>
constexpr auto describe<ModelDeleteOptions>() {
  using O = ModelDeleteOptions;
  return std::tuple{field("model", &O::model).says("Model name", "The model to delete, with its backups."),
                    field("yes", &O::yes).says("Yes", "Really delete it; without this it is only told what would go.")};
}
static_assert(all_described<ModelDeleteOptions>);

template <>
constexpr auto describe<PredictOptions>() {
  using O = PredictOptions;
  return std::tuple_cat(
      std::tuple{
          field("model", &O::model).says("Model name", "Folder of the model in WORKSPACE/model; empty: the newest.")},
      model_file_rows<O>(),
      std::tuple{
          field("input", &O::input)
              .says("Input", "An aligned face, a folder of them, or one with a faceset.pak; empty: the dst faceset."),
          field("output", &O::output).says("Output", "Folder for the pictures; empty: WORKSPACE/predicted."),
          field("limit", &O::limit).says("Limit", "At most this many faces, spread over the set; 0: all.").at_least(0),
          field("morph", &O::morph)
              .says("Morph", "AMP models: how much of the src face, from 0 (the dst face) to 1.")
              .range(0, 1),
          field("threads", &O::threads).says("Threads", "Processor threads; 0: all.").range(0, 1024),
          field("gpu", &O::gpu).says("GPU", "Use a CUDA GPU when there is one; a model file runs on the processor."),
      });
}
template <>
inline constexpr bool all_described<PredictOptions> = described_with_model_file<PredictOptions>;
static_assert(all_described<PredictOptions>);

namespace {

using nlohmann::json;

std::string size_text(std::uint64_t bytes) {
  const auto n = static_cast<double>(bytes);
  return n < 1e6   ? fmt::format("{:.0f} KB", n / 1e3)
         : n < 1e9 ? fmt::format("{:.0f} MB", n / 1e6)
                   : fmt::format("{:.1f} GB", n / 1e9);
}

std::string line_of(const ModelSummary& m) {
  return fmt::format("{}: {} at iteration {}, {}{}, saved {}", m.name, class_name(m.description.model_class),
                     m.iteration, size_text(m.bytes), m.backups > 0 ? fmt::format(" with {} backups", m.backups) : "",
                     m.saved);
}

Result<std::string> list_verb(const ModelListOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  std::vector<std::string> warnings;
  json models = json::array();
  for (const auto& m : list_models(workspace.model(), warnings)) {
    json row{{"name", m.name},           {"class", class_name(m.description.model_class)},
             {"iteration", m.iteration}, {"seconds", m.seconds},
             {"bytes", m.bytes},         {"backups", m.backups},
             {"saved", m.saved}};
    if (options.options) row["options"] = to_json(m.description)["options"];
    run.note(options.options ? fmt::format("{} {}", line_of(m), json_text(row["options"])) : line_of(m));
    models.push_back(std::move(row));
  }
  for (auto& w : warnings) run.warn(std::move(w));
  return json_text(json{{"models", models}});
}

Result<std::string> history_verb(const ModelHistoryOptions& options, const std::vector<Row>&, const Call& call,
                                 Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  TRY(const auto model, find_model(workspace.model(), options.model));
  TRY(const auto history, option_history(model));
  json changes = json::array();
  for (const auto& c : history.changes) {
    run.note(fmt::format("iteration {}: {} from {} to {} ({})", c.iteration, c.key, c.from, c.to, c.time));
    changes.push_back({{"iteration", c.iteration}, {"key", c.key}, {"from", c.from}, {"to", c.to}, {"time", c.time}});
  }
  if (history.unreadable > 0) run.warn(fmt::format("{} lines of its history cannot be read", history.unreadable));
  if (history.changes.empty()) run.note("No option was changed since it was made");
  return json_text(json{{"model", model.filename().string()}, {"changes", changes}});
}

// The model that a verb may change: it must be named.
Result<fs::path> named_model(const Call& call, const std::string& name) {
  TRY(const auto workspace, open_workspace(call.workspace));
  if (name.empty()) return fail_with_hint(Code::bad_option, "No model is named", "Name it with --model.");
  TRY_VOID(check_model_name(name));
  return find_model(workspace.model(), name);
}

Result<std::string> rename_verb(const ModelRenameOptions& options, const std::vector<Row>&, const Call& call,
                                Run& run) {
  TRY(const auto model, named_model(call, options.model));
  TRY_VOID(rename_model(model, options.as));
  run.note(fmt::format("'{}' is '{}' now", options.model, options.as));
  return json_text(json{{"from", options.model}, {"model", options.as}});
}

Result<std::string> duplicate_verb(const ModelDuplicateOptions& options, const std::vector<Row>&, const Call& call,
                                   Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  TRY(const auto model, find_model(workspace.model(), options.model));
  const auto name = options.as.empty() ? model.filename().string() + "-copy" : options.as;
  TRY(const auto copy, duplicate_model(model, name, options.backup));
  run.saved(copy.string(), fmt::format("copy at iteration {}", trained_iterations(copy)));
  return json_text(json{{"from", model.filename().string()}, {"model", name}, {"iteration", trained_iterations(copy)}});
}

Result<std::string> delete_verb(const ModelDeleteOptions& options, const std::vector<Row>&, const Call& call,
                                Run& run) {
  TRY(const auto model, named_model(call, options.model));
  std::vector<std::string> warnings;
  std::string what = options.model;
  std::uint64_t bytes = 0;
  for (const auto& m : list_models(model.parent_path(), warnings)) {
    if (m.path.filename() != model.filename()) continue;
    what = line_of(m);
    bytes = m.bytes;
  }
  if (!options.yes) {
    return fail_with_hint(Code::bad_option, fmt::format("This would delete {} for good ({})", model.string(), what),
                          "Add --yes to do it.");
  }
  TRY_VOID(delete_model(model));
  run.note("Deleted " + what);
  std::error_code error;
  if (fs::exists(model, error)) run.note(fmt::format("{} holds other files, which stay", model.string()));
  return json_text(json{{"deleted", options.model}, {"bytes", bytes}});
}

Result<std::string> predict_verb(const PredictOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  PredictOptions filled = options;
  if (filled.input.empty()) filled.input = workspace.aligned(Side::dst);
  if (filled.output.empty()) filled.output = workspace.root / "predicted";
  if (!options.model.empty() && !options.model_file.empty()) {
    return fail_with_hint(Code::bad_option, "Only one of --model and --model-file can be used", "Leave the other out.");
  }
  fs::path model;
  if (options.model_file.empty()) {
    TRY(model, find_model(workspace.model(), options.model));
  }
  TRY(const auto faces, predict_faces(model, filled, run));
  return json_text(json{{"faces", faces}, {"output", filled.output.string()}});
}

}  // namespace

std::vector<Verb> model_care_verbs() {
  return {
      make_verb<ModelListOptions>("model list", "List the workspace's models, the newest first",
                                  "  understudy model list --options", {}, list_verb),
      make_verb<ModelHistoryOptions>("model history", "Tell which options were changed at which iteration",
                                     "  understudy model history --model clooney", {}, history_verb),
      make_verb<ModelRenameOptions>("model rename", "Give a model another name",
                                    "  understudy model rename --model saehd --as clooney", {}, rename_verb),
      make_verb<ModelDuplicateOptions>("model duplicate", "Copy a model, or bring one of its backups back as a copy",
                                       "  understudy model duplicate --model clooney --as before-gan\n"
                                       "  understudy model duplicate --model clooney --backup 3 --as yesterday",
                                       {}, duplicate_verb),
      make_verb<ModelDeleteOptions>("model delete", "Delete a model with its backups, and nothing else",
                                    "  understudy model delete --model before-gan --yes", {}, delete_verb)};
}

std::vector<Verb> model_verbs() {
  std::vector<Verb> verbs = model_care_verbs();
  verbs.insert(verbs.begin(), model_create_verb());
  for (auto& verb : model_state_verbs()) verbs.push_back(std::move(verb));
  for (auto& verb : model_transfer_verbs()) verbs.push_back(std::move(verb));
  verbs.push_back(make_verb<PredictOptions>(
      "model predict", "Decode aligned faces with a model: the swapped face and both masks as PNG",
      "  understudy model predict --input data_dst/aligned/00042_0.jpg\n"
      "  understudy model predict --model-file clooney_SAEHD_model.dfm --limit 20",
      {}, predict_verb));
  return verbs;
}

}  // namespace understudy
