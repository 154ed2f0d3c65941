// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/verb.hpp"

#include "lib/loop/loop.hpp"
#include "lib/project/workspace.hpp"
#include "steps/5_train/course.hpp"

namespace understudy {
namespace {

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
  auto& precision = request.options.precision;
  if (request.options.preset == Preset::compatible && precision == PrecisionChoice::automatic)
    precision = PrecisionChoice::fp32;
  request.wanted_rows.assign(rows.begin() + static_cast<long>(own), rows.end());
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
