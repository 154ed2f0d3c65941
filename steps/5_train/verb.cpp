// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/verb.hpp"

#include "lib/project/workspace.hpp"
#include "steps/5_train/course.hpp"

namespace understudy {
namespace {

Verb train_verb(ModelClass model_class, std::string summary, std::string examples) {
  auto request = std::make_shared<TrainRequest>();
  request->wanted.model_class = model_class;
  auto rows = std::make_shared<std::vector<Row>>(rows_of(request->options));
  const std::size_t own = rows->size();
  for (auto& row : model_rows(request->wanted)) rows->push_back(row);
  auto work = [request, rows, own](const Call& call, Run& run) -> Result<std::string> {
    TRY(const auto workspace, open_workspace(call.workspace));
    request->models = workspace.model();
    request->src = request->options.src.empty() ? workspace.aligned(Side::src) : request->options.src;
    request->dst = request->options.dst.empty() ? workspace.aligned(Side::dst) : request->options.dst;
    request->wanted.seed = request->options.seed;
    TRY_VOID(apply_preset(request->options.preset, request->wanted, *rows));
    auto& precision = request->options.precision;
    if (request->options.preset == Preset::compatible && precision == PrecisionChoice::automatic)
      precision = PrecisionChoice::fp32;
    request->wanted_rows.assign(rows->begin() + static_cast<long>(own), rows->end());
    if (request->options.schedule == Schedule::none) {
      TRY(const auto report, train(*request, run));
      return to_json_text(report);
    }
    std::vector<std::string> chosen;
    for (const auto& row : request->wanted_rows) {
      if (row.given && row.key != "resolution") chosen.push_back(row.key);  // that is where the course ends
    }
    TRY(const auto report, train_course(*request, request->options.schedule, chosen, run));
    return to_json_text(report);
  };
  return {
      "train " + std::string(class_name(model_class)), std::move(summary), std::move(examples), {}, rows, work, true};
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
