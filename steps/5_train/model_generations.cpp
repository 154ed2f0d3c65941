// SPDX-License-Identifier: Apache-2.0
// The verbs about what a model was: model verify, model restore.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/lock.hpp"
#include "lib/base/path_text.hpp"
#include "lib/loop/model_restore.hpp"
#include "lib/project/workspace.hpp"
#include "lib/training/model_folder.hpp"
#include "lib/training/model_list.hpp"
#include "steps/5_train/model_verbs.hpp"

namespace understudy {

struct ModelVerifyOptions {
  std::string model;
};
template <>
constexpr auto describe<ModelVerifyOptions>() {
  return std::tuple{field("model", &ModelVerifyOptions::model).says("Model name", "Empty: the newest.")};
}
static_assert(all_described<ModelVerifyOptions>);

struct ModelRestoreOptions {
  std::string model;
  std::int64_t iteration = 0;
  int backup = 0;
};
template <>
constexpr auto describe<ModelRestoreOptions>() {
  using O = ModelRestoreOptions;
  return std::tuple{
      field("model", &O::model).says("Model name", "The model to bring back to what it was."),
      field("iteration", &O::iteration)
          .says("Iteration", "Of the saved generation to go back to; 0: see the backup.")
          .at_least(0),
      field("backup", &O::backup).says("Backup", "The backup to go back to, 1 being the newest.").range(0, 99)};
}
static_assert(all_described<ModelRestoreOptions>);

namespace {

using nlohmann::json;

std::string name_of(const KeptState& state) {
  return state.backup > 0 ? fmt::format("backup {:02} (iteration {})", state.backup, state.entry.iteration)
                          : fmt::format("iteration {}", state.entry.iteration);
}

Result<std::string> verify_verb(const ModelVerifyOptions& options, const std::vector<Row>&, const Call& call,
                                Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  TRY(const auto model, find_model(workspace.model(), options.model));
  TRY(const auto states, kept_states(model));
  json told = json::array();
  int damaged = 0;
  run.stage("verify");
  for (const auto& state : states) {
    if (run.stopping()) return Run::cancelled();
    const auto damage = damage_of(state);
    damaged += !damage.empty();
    if (!damage.empty()) run.warn(fmt::format("{} cannot be used: {}", name_of(state), damage));
    told.push_back({{"backup", state.backup},
                    {"iteration", state.entry.iteration},
                    {"whole", damage.empty()},
                    {"problem", damage}});
    run.progress(told.size(), states.size(), "states");
  }
  run.note(
      fmt::format("{} of {} saved states are whole", told.size() - static_cast<std::size_t>(damaged), told.size()));
  return json_text(json{{"model", model.filename().string()}, {"states", told}, {"damaged", damaged}});
}

Result<KeptState> wanted_state(const fs::path& model, const ModelRestoreOptions& options) {
  if ((options.iteration > 0) == (options.backup > 0))
    return fail_with_hint(Code::bad_option, "What to go back to is not said, or said twice",
                          "Give --iteration of a saved generation, or --backup; model verify lists both.");
  TRY(const auto states, kept_states(model));
  const auto wanted = [&](const KeptState& s) {
    return options.backup > 0 ? s.backup == options.backup : s.backup == 0 && s.entry.iteration == options.iteration;
  };
  if (const auto found = std::ranges::find_if(states, wanted); found != states.end()) return *found;
  std::string there;
  for (const auto& state : states) there += (there.empty() ? "" : ", ") + name_of(state);
  return fail_with_hint(Code::not_found, fmt::format("{} has nothing like that", model.string()),
                        there.empty() ? "Nothing of it was saved yet." : "There are " + there + ".");
}

Result<std::string> restore_verb(const ModelRestoreOptions& options, const std::vector<Row>&, const Call& call,
                                 Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  if (options.model.empty()) return fail_with_hint(Code::bad_option, "No model is named", "Name it with --model.");
  TRY(const auto model, find_model(workspace.model(), options.model));
  TRY(const auto lock, FileLock::take(model / "lock"));
  TRY(const auto wanted, wanted_state(model, options));
  const auto before = trained_iterations(model);
  TRY(const auto kept, restore(model, face_model_kind(), wanted));
  const auto now = wanted.entry.iteration;
  if (!kept && now == before) {
    run.note(fmt::format("'{}' is at iteration {} already", options.model, now));
    return json_text(json{{"model", options.model}, {"iteration", now}, {"before", now}});
  }
  run.saved(model.string(), fmt::format("model at iteration {}", now));
  // What was kept, and not what was the newest: a call that was killed may have changed that already.
  if (kept) {
    run.note(fmt::format("'{}' is at iteration {} again; iteration {} is its backup 01", options.model, now,
                         kept->iteration));
  }
  return json_text(json{{"model", options.model}, {"iteration", now}, {"before", kept ? kept->iteration : before}});
}

}  // namespace

std::vector<Verb> model_state_verbs() {
  return {make_verb<ModelVerifyOptions>("model verify",
                                        "Read all saved generations and backups of a model and tell which are whole",
                                        "  understudy model verify --model clooney", {}, verify_verb),
          make_verb<ModelRestoreOptions>(
              "model restore", "Bring a model back to a saved generation or a backup; what it is now becomes a backup",
              "  understudy model restore --model clooney --backup 3\n  understudy model restore --model clooney "
              "--iteration 12000",
              {}, restore_verb)};
}

}  // namespace understudy
