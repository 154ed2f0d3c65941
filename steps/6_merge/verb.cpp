// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/verb.hpp"

#include "lib/training/model_list.hpp"
#include "lib/xseg/xseg_masker.hpp"

namespace understudy {

Result<MergePaths> merge_paths(const Workspace& workspace, const MergeOptions& options) {
  MergePaths paths{options.input,
                   options.aligned,
                   {},
                   options.xseg_model,
                   workspace.merged(),
                   workspace.merged_mask(),
                   workspace.state() / "merge.json"};
  if (paths.xseg.empty()) paths.xseg = xseg_model_in(workspace.model());
  if (paths.aligned.empty()) paths.aligned = workspace.aligned(Side::dst);
  if (paths.frames.empty()) {
    TRY(paths.frames, workspace.frames_or_video(Side::dst));
  }
  if (!options.model.empty() + !options.model_file.empty() + options.without_model > 1) {
    return fail_with_hint(Code::bad_option, "Only one of --model, --model-file and --without-model can be used",
                          "Leave the others out.");
  }
  paths.model = options.model_file;
  if (options.model_file.empty() && !options.without_model) {
    TRY(paths.model, find_model(workspace.model(), options.model));
  }
  return paths;
}

Verb merge_verb() {
  auto work = [](const MergeOptions& options, const std::vector<Row>&, const Call& call,
                 Run& run) -> Result<std::string> {
    TRY(const auto workspace, open_workspace(call.workspace));
    TRY(const auto paths, merge_paths(workspace, options));
    TRY(const auto report, merge(options, paths, run));
    return to_json_text(report);
  };
  return make_verb<MergeOptions>(
      "merge", "Put the model's face into the dst frames",
      "  understudy merge\n  understudy merge --mode seamless --erode 20 --blur 60 --colour-transfer rct\n"
      "  understudy merge --model-file clooney_SAEHD_model.dfm",
      {}, work);
}

}  // namespace understudy
