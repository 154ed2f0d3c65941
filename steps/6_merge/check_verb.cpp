// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/check_verb.hpp"

#include "lib/project/output.hpp"

namespace understudy {

fs::path check_records(const Workspace& workspace) { return workspace.state() / "merge_check.jsonl"; }

Result<CheckPaths> check_paths(const Workspace& workspace, const CheckOptions& options) {
  const auto or_else = [](const fs::path& given, const fs::path& usual) { return given.empty() ? usual : given; };
  CheckPaths paths{options.input,
                   or_else(options.aligned, workspace.aligned(Side::dst)),
                   or_else(options.src_aligned, workspace.aligned(Side::src)),
                   workspace.merged(),
                   workspace.merged_mask(),
                   workspace.state() / timelines_folder,
                   check_records(workspace),
                   or_else(options.output, workspace.root)};
  if (paths.frames.empty()) {
    TRY(paths.frames, workspace.frames_or_video(Side::dst));
  }
  TRY_VOID(check_output(workspace, options.output,
                        {paths.frames, paths.aligned, paths.src_aligned, paths.merged, paths.merged_mask}));
  return paths;
}

Verb merge_check_verb() {
  auto work = [](const CheckOptions& options, const std::vector<Row>&, const Call& call,
                 Run& run) -> Result<std::string> {
    TRY(const auto workspace, open_workspace(call.workspace));
    TRY(const auto paths, check_paths(workspace, options));
    TRY(const auto report, check_merge(options, paths, run));
    return report.text;
  };
  return make_verb<CheckOptions>(
      "merge check",
      "What is wrong where in the merged frames: lost faces, turns that src lacks, jumps of colour, edges, flicker",
      "  understudy merge check\n"
      "  understudy merge check --sheet 24          and the worst frames on one page",
      {}, work);
}

}  // namespace understudy
