// SPDX-License-Identifier: Apache-2.0
#include "steps/score/verb.hpp"

#include "lib/project/output.hpp"

namespace understudy {

Result<ScorePaths> score_paths(const Workspace& workspace, const ScoreOptions& options) {
  const auto or_else = [](const fs::path& given, const fs::path& usual) { return given.empty() ? usual : given; };
  ScorePaths paths{options.input,
                   or_else(options.result, workspace.merged()),
                   or_else(options.mask, workspace.merged_mask()),
                   or_else(options.src_aligned, workspace.aligned(Side::src)),
                   or_else(options.dst_aligned, workspace.aligned(Side::dst)),
                   options.truth,
                   or_else(options.output, workspace.root)};
  if (!options.mask.empty() && !fs::exists(options.mask))
    return fail(Code::not_found, "There is no {}", options.mask.string());
  if (paths.frames.empty()) {
    TRY(paths.frames, workspace.frames_or_video(Side::dst));
  }
  TRY_VOID(check_output(workspace, options.output,
                        {paths.frames, paths.result, paths.mask, paths.src_aligned, paths.dst_aligned, paths.truth}));
  return paths;
}

Verb score_verb() {
  auto work = [](const ScoreOptions& options, const std::vector<Row>&, const Call& call,
                 Run& run) -> Result<std::string> {
    TRY(const auto workspace, open_workspace(call.workspace));
    TRY(const auto paths, score_paths(workspace, options));
    TRY(const auto report, score_clip(options, paths, {}, run));
    return to_json_text(report);
  };
  return make_verb<ScoreOptions>(
      "score", "How good the merged frames are, in numbers: identity, expression, gaze, sharpness, seam, flicker",
      "  understudy score\n  understudy score --result result.mp4 --truth truth.mp4 --output scores", {}, work);
}

}  // namespace understudy
