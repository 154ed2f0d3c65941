// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/verb.hpp"

#include "lib/project/extract_journal.hpp"
#include "lib/project/frame_places.hpp"
#include "lib/project/output.hpp"

namespace understudy {

Result<ExtractPaths> extract_paths(const Workspace& workspace, Side side, const ExtractOptions& options) {
  ExtractPaths paths;
  paths.aligned = options.output.empty() ? workspace.aligned(side) : options.output;
  paths.debug = options.output.empty() ? workspace.aligned_debug(side) : fs::path(options.output.string() + "_debug");
  paths.journal = extract_journal_of(workspace, side);
  if (!options.output.empty()) paths.journal = options.output / ".understudy-extract.jsonl";
  paths.frames = options.input;
  if (paths.frames.empty()) {
    TRY(paths.frames, workspace.frames_or_video(side));
  }
  paths.manifests = frame_manifests(workspace, side, paths.frames);
  TRY_VOID(check_output(workspace, options.output, {paths.frames}));
  TRY_VOID(check_not_around(paths.aligned, {paths.frames}));
  return paths;
}

Verb extract_verb() {
  return make_verb<ExtractOptions>(
      "extract", "Find the faces in all frames and save them aligned",
      "understudy extract src\n"
      "understudy extract dst --face-type head --image-size 768\n"
      "understudy extract src --input clip.mp4 --output faces --debug",
      {{"side", "Which clip: src or dst", {"src", "dst"}}},
      [](const ExtractOptions& options, const std::vector<Row>&, const Call& call, Run& run) -> Result<std::string> {
        TRY(const Workspace workspace, open_workspace(call.workspace));
        TRY(const Side side, parse_side(call.positionals.at("side")));
        TRY(const ExtractPaths paths, extract_paths(workspace, side, options));
        TRY(const ExtractReport report, extract(options, paths, run));
        return to_json_text(report);
      });
}

}  // namespace understudy
