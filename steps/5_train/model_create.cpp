// SPDX-License-Identifier: Apache-2.0
// A new model, untrained or with another model's weights in chosen parts.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/options/options.hpp"
#include "lib/project/workspace.hpp"
#include "lib/training/origin.hpp"
#include "lib/training/presets.hpp"
#include "steps/5_train/model_verbs.hpp"
#include "steps/5_train/setup.hpp"

namespace understudy {

struct ModelCreateOptions {
  std::string model;
  Preset preset = Preset::recommended;
  std::string from;
  std::string parts;
  std::uint64_t seed = 1;
};
template <>
constexpr auto describe<ModelCreateOptions>() {
  using O = ModelCreateOptions;
  return std::tuple{
      field("model", &O::model).says("Model name", "Folder of the new model in WORKSPACE/model; empty: the class."),
      field("preset", &O::preset)
          .says("Preset", "For all that is not given: recommended, or compatible (as DeepFaceLab trains)."),
      field("from", &O::from)
          .says("From", "A model of the same class: its options where none are given, and its weights to start from."),
      field("parts", &O::parts)
          .says("Parts", "Which parts to take from that model, with commas: encoder,decoder; empty: all."),
      field("seed", &O::seed).says("Seed", "Of the first weights and all samples."),
  };
}
static_assert(all_described<ModelCreateOptions>);

namespace {

using nlohmann::json;

// The options of all classes as one table: what is given is kept as text until the class is known.
struct Table {
  ModelCreateOptions own;
  std::array<ModelDescription, 3> models;
  std::array<std::vector<Row>, 3> rows;
  std::map<std::string, std::string> given;

  Table() {
    for (std::size_t i = 0; i < models.size(); ++i) {
      models[i].model_class = static_cast<ModelClass>(i);
      rows[i] = model_rows(models[i]);
    }
  }
  Result<> set(const std::string& key, std::string_view text) {
    Result<> refused;
    bool taken = false;
    for (auto& of_class : rows) {
      const auto row = std::ranges::find(of_class, key, &Row::key);
      if (row == of_class.end()) continue;
      if (auto done = row->set(text); done)
        taken = true;
      else if (refused)
        refused = std::move(done);
    }
    if (!taken) return refused;
    given[key] = std::string(text);
    return {};
  }
};

std::vector<Row> rows_of_all(const std::shared_ptr<Table>& table) {
  auto all = rows_of(table->own);
  for (const auto& of_class : table->rows) {
    for (const auto& row : of_class) {
      if (std::ranges::find(all, row.key, &Row::key) != all.end()) continue;
      Row merged = row;
      merged.get = [table, key = row.key, fallback = row.default_text] {
        const auto it = table->given.find(key);
        return it == table->given.end() ? fallback : it->second;
      };
      merged.set = [table, key = row.key](std::string_view text) { return table->set(key, text); };
      all.push_back(std::move(merged));
    }
  }
  return all;
}

Result<> take_given(const Table& table, ModelDescription& model) {
  auto rows = model_rows(model);
  for (const auto& [key, text] : table.given) {
    const auto row = std::ranges::find(rows, key, &Row::key);
    if (row == rows.end())
      return fail(Code::bad_option, "The class {} has no option '{}'", class_name(model.model_class), key);
    TRY_VOID(row->set(text));
  }
  return {};
}

Result<std::string> create_model(const Table& table, const Call& call, Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  ModelDescription model;
  TRY(model.model_class, parse_class(call.positionals.at("class")));
  std::optional<Origin> origin;
  if (!table.own.from.empty()) {
    std::vector<std::string> warnings;
    TRY(origin, open_origin(workspace.model(), table.own.from, model.model_class, warnings));
    for (auto& w : warnings) run.warn(std::move(w));
    model = origin->description;
  } else if (!table.own.parts.empty()) {
    return fail_with_hint(Code::bad_option, "--parts says what to take, but not from where", "Add --from MODEL.");
  }
  if (!origin) {
    TRY_VOID(apply_preset(table.own.preset, model, {}));
    model.fp32 = table.own.preset == Preset::compatible;
  }
  TRY_VOID(take_given(table, model));
  if (origin) {
    model.start = ModelStart::none;  // that model's weights are what it begins with
  } else {
    TrainOptions options;
    options.preset = table.own.preset;
    settle_start(options, model, table.given.contains("encoder-lr"));
  }
  model.seed = table.own.seed;
  TRY(const auto spec, spec_of(model));
  const std::string name = table.own.model.empty() ? std::string(class_name(model.model_class)) : table.own.model;
  TRY_VOID(check_model_name(name));
  std::optional<Generation> generation;
  if (origin) {
    TRY(auto weights, weights_from(*origin, model, table.own.parts));
    generation = Generation{.weights = std::move(weights), .losses = torch::zeros({0, 2})};
  }
  const fs::path path = workspace.model() / name;
  TRY(const auto folder,
      generation ? ModelFolder::create_saved(path, model, *generation) : ModelFolder::create(path, model));
  run.saved(folder.path().string(), fmt::format("new {} model", class_name(model.model_class)));
  return json_text(json{{"model", name},
                        {"class", class_name(model.model_class)},
                        {"resolution", spec.shape.resolution},
                        {"from", origin ? json(origin->path.filename().string()) : json()}});
}

}  // namespace

Verb model_create_verb() {
  auto prepare = [] {
    auto table = std::make_shared<Table>();
    auto rows = rows_of_all(table);
    return Task(std::move(rows), [table = std::move(table)](const std::vector<Row>&, const Call& call, Run& run) {
      return create_model(*table, call, run);
    });
  };
  return {"model create",
          "Make a new model with its options, untrained or from another model's weights",
          "  understudy model create saehd --model clooney --archi liae-udt --resolution 224\n"
          "  understudy model create saehd --model next --from clooney --parts encoder,inter_AB\n"
          "  understudy model create saehd --model large --from clooney --resolution 256    grow it",
          {{"class", "saehd, amp or quick96", {"saehd", "amp", "quick96"}, true}},
          prepare};
}

}  // namespace understudy
