// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/verb.hpp"

namespace understudy {

Result<FramesPaths> frames_paths(const Workspace& workspace, Side side, const FramesOptions& options) {
  FramesPaths paths;
  paths.folder = options.output.empty() ? workspace.frames(side) : options.output;
  paths.manifest = options.output.empty() ? workspace.state() / fmt::format("frames-{}.json", side_name(side))
                                          : options.output / ".understudy-frames.json";
  paths.video = options.input;
  if (paths.video.empty()) {
    TRY(paths.video, workspace.video(side));
  }
  return paths;
}

Verb frames_extract_verb() {
  return make_verb<FramesOptions>(
      "frames extract", "Save the frames of a video as numbered images",
      "understudy frames extract src\n"
      "understudy frames extract dst --format jpg --fps 10\n"
      "understudy frames extract src --input clip.mp4 --output frames",
      {{"side", "Which clip: src or dst", {"src", "dst"}}},
      [](const FramesOptions& options, const std::vector<Row>&, const Call& call, Run& run) -> Result<std::string> {
        TRY(const Workspace workspace, open_workspace(call.workspace));
        TRY(const Side side, parse_side(call.positionals.at("side")));
        TRY(const FramesPaths paths, frames_paths(workspace, side, options));
        TRY(const FramesReport report, extract_frames(options, paths, run));
        return to_json_text(report);
      });
}

}  // namespace understudy
