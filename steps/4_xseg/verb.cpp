// SPDX-License-Identifier: Apache-2.0
#include "steps/4_xseg/verb.hpp"

#include "lib/base/path_text.hpp"
#include "lib/loop/loop.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/xseg/xseg_masker.hpp"
#include "steps/4_xseg/apply.hpp"
#include "steps/4_xseg/model_files.hpp"
#include "steps/4_xseg/train.hpp"

namespace understudy {
namespace {

fs::path model_of(const Workspace& workspace) { return workspace.model() / "XSeg"; }

Result<std::string> train_as_asked(MaskTrainRequest& request, const std::vector<Row>& rows, std::size_t own,
                                   const Call& call, Run& run) {
  const Run::Taking taking(run, training_commands());
  TRY(const auto workspace, open_workspace(call.workspace));
  request.model = model_of(workspace);
  request.src = request.options.src.empty() ? workspace.aligned(Side::src) : request.options.src;
  request.dst = request.options.dst.empty() ? workspace.aligned(Side::dst) : request.options.dst;
  request.wanted_rows.assign(rows.begin() + static_cast<long>(own), rows.end());
  TRY(const auto report, train_masks(request, run));
  return to_json_text(report);
}

Task prepared_training() {
  auto request = std::make_shared<MaskTrainRequest>();
  auto rows = rows_of(request->options);
  for (auto& row : rows_of(request->loop)) rows.push_back(std::move(row));
  const std::size_t own = rows.size();
  for (auto& row : rows_of(request->wanted)) rows.push_back(std::move(row));
  return Task(std::move(rows),
              [request = std::move(request), own](const std::vector<Row>& over, const Call& call, Run& run) {
                return train_as_asked(*request, over, own, call, run);
              });
}

Result<std::string> apply_as_asked(const MaskApplyOptions& options, const std::vector<Row>&, const Call& call,
                                   Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  TRY(const Side side, parse_side(call.positionals.at("side")));
  if (options.generic && !options.model.empty())
    return fail(Code::bad_option, "--generic and --model name two networks: give one of them");
  const fs::path model = options.model.empty() ? xseg_model_in(workspace.model()) : options.model;
  if (const auto whose = whose_masker(model); !options.generic && options.model.empty() && !whose.empty())
    run.note(whose);
  return apply_masks(faceset_folder(workspace, side, options.input), model, options, run);
}

Result<std::string> import_as_asked(const MaskModelImportOptions& options, const std::vector<Row>&, const Call& call,
                                    Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  return import_xseg(options.from.empty() ? workspace.model() : options.from, model_of(workspace), run);
}

Result<std::string> export_as_asked(const MaskModelExportOptions& options, const std::vector<Row>&, const Call& call,
                                    Run& run) {
  TRY(const auto workspace, open_workspace(call.workspace));
  return export_xseg(model_of(workspace), options.output.empty() ? workspace.model() : options.output, options, run);
}

}  // namespace

std::vector<Verb> mask_network_verbs() {
  return {
      {.name = "mask train",
       .summary = "Train an XSeg model on the faces that have labels (resumes the one that is there)",
       .examples = "  understudy mask train --time 1h\n  understudy mask train --face-type head --batch-size 8",
       .prepare = prepared_training,
       .commands = training_commands()},
      make_verb<MaskApplyOptions>("mask apply", "Mask every face with the trained XSeg model, or with another one",
                                  "  understudy mask apply dst\n  understudy mask apply dst --generic\n"
                                  "  understudy mask apply src --model folder/with/XSeg_256.npy",
                                  {{"side", "Whose faces: src or dst", {"src", "dst"}}}, apply_as_asked),
      make_verb<MaskModelImportOptions>("mask import-model", "Take DeepFaceLab's XSeg model over",
                                        "  understudy mask import-model --from model", {}, import_as_asked),
      make_verb<MaskModelExportOptions>("mask export-model", "Write the XSeg model as DeepFaceLab's files or as ONNX",
                                        "  understudy mask export-model --format onnx", {}, export_as_asked)};
}

}  // namespace understudy
