// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/verb.hpp"

#include <algorithm>
#include <span>

#include "lib/loop/loop.hpp"
#include "lib/project/workspace.hpp"
#include "steps/5_train/course.hpp"
#include "steps/5_train/forecast.hpp"
#include "steps/5_train/setup.hpp"

namespace understudy {
namespace {

// What only a new model takes and was asked for of one that is there already.
Result<> tell_what_is_settled(const TrainRequest& request, std::span<const Row> rows, Run& run) {
  TRY(const auto path, model_path(request));
  if (trained_iterations(path) == 0) return {};
  TRY(const auto folder, ModelFolder::open(path));
  const auto& model = folder.description();
  for (const auto& row : rows) {
    if (!row.given || (row.key == "seed" && model.seed == request.options.seed)) continue;
    if (row.key == "preset" && model.fp32 == (request.options.preset == Preset::compatible)) continue;
    if (row.when == When::creation || row.key.starts_with("start-"))
      run.note(fmt::format("'{}' is for a new model: this one goes on as it was made", row.key));
  }
  return {};
}

// Takes what the user set, fills in the rest, trains.
Result<std::string> train_as_asked(TrainRequest& request, const std::vector<Row>& rows, std::size_t own,
                                   const Call& call, Run& run) {
  const Run::Taking taking(run, training_commands());
  TRY(const auto workspace, open_workspace(call.workspace));
  request.models = workspace.model();
  request.src = request.options.src.empty() ? workspace.aligned(Side::src) : request.options.src;
  request.dst = request.options.dst.empty() ? workspace.aligned(Side::dst) : request.options.dst;
  request.wanted.seed = request.options.seed;
  TRY_VOID(apply_preset(request.options.preset, request.wanted, rows));
  request.precision_given =
      std::ranges::any_of(rows, [](const Row& row) { return row.given && row.key == "precision"; });
  request.wanted_rows.assign(rows.begin() + static_cast<long>(own), rows.end());
  TRY_VOID(tell_what_is_settled(request, std::span(rows).first(own), run));
  if (request.options.plan_only) return forecast_of(request, rows, run);
  if (request.options.schedule == Schedule::none) {
    TRY(const auto report, train(request, run));
    return to_json_text(report);
  }
  std::vector<std::string> chosen;
  for (const auto& row : request.wanted_rows) {
    if (row.given && row.key != "resolution") chosen.push_back(row.key);  // that is where the course ends
  }
  TRY(const auto report, train_course(request, request.options.schedule, chosen, run));
  return to_json_text(report);
}

Task prepared_training(ModelClass model_class) {
  auto request = std::make_shared<TrainRequest>();
  request->wanted.model_class = model_class;
  auto rows = rows_of(request->options);
  for (auto& row : rows_of(request->loop)) rows.push_back(std::move(row));
  const std::size_t own = rows.size();
  for (auto& row : model_rows(request->wanted)) rows.push_back(std::move(row));
  return Task(std::move(rows),
              [request = std::move(request), own](const std::vector<Row>& over, const Call& call, Run& run) {
                return train_as_asked(*request, over, own, call, run);
              });
}

Verb train_verb(ModelClass model_class, std::string summary, std::string examples) {
  return {.name = "train " + std::string(class_name(model_class)),
          .summary = std::move(summary),
          .examples = std::move(examples),
          .prepare = [model_class] { return prepared_training(model_class); },
          .commands = training_commands()};
}

}  // namespace

std::vector<Verb> train_verbs() {
  return {
      train_verb(ModelClass::saehd, "Train a SAEHD model on the workspace's facesets (resumes the one that is there)",
                 "  understudy train saehd --archi df-ud --resolution 128 --face-type wf\n"
                 "  understudy train saehd --time 2h                go on for two hours\n"
                 "  understudy train saehd --target-iter 100000 --no-random-warp"),
      train_verb(ModelClass::amp,
                 "Train an AMP model: one code for both faces, the swap's strength chosen in the merge",
                 "  understudy train amp --resolution 128 --batch-size 4\n"
                 "  understudy train amp --time 2h"),
      train_verb(ModelClass::quick96, "Train a Quick96 model: small, fixed rules, a first result in minutes",
                 "  understudy train quick96 --time 20m")};
}

}  // namespace understudy
