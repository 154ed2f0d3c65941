// SPDX-License-Identifier: Apache-2.0
#include "steps/7_video/verb.hpp"

#include "lib/project/output.hpp"

namespace understudy {

Result<VideoPaths> video_paths(const Workspace& workspace, const VideoEncodeOptions& options) {
  VideoPaths paths;
  paths.frames = !options.input.empty() ? options.input : options.mask ? workspace.merged_mask() : workspace.merged();
  paths.mattes = workspace.merged_mask();
  paths.result = !options.output.empty() ? options.output : options.mask ? workspace.result_mask() : workspace.result();
  paths.state = workspace.state() / (options.mask ? "video-mask.json" : "video.json");
  if (!options.output.empty()) paths.state = options.output.string() + ".understudy.json";
  paths.manifest = workspace.state() / "frames-dst.json";
  paths.reference = options.reference;
  if (paths.reference.empty()) {
    // Without the destination video the frames can still be shown at a rate that was asked for, or as the manifest says
    // that they were taken or imported.
    auto video = workspace.video(Side::dst);
    std::error_code ignored;
    if (video) paths.reference = *video;
    if (!video && options.fps <= 0 && !fs::exists(paths.manifest, ignored))
      return fail_with_hint(Code::not_found, video.error().message + ", so nothing says how fast the frames follow",
                            "Put the video there, name another with --reference, or give --fps.");
  }
  TRY_VOID(check_output(workspace, options.output, {paths.frames, paths.reference}));
  return paths;
}

Verb video_encode_verb() {
  return make_verb<VideoEncodeOptions>(
      "video encode", "Make the finished video from the merged frames, with the original timing and sound",
      "understudy video encode\n"
      "understudy video encode --quality bitrate --bitrate 25\n"
      "understudy video encode --quality lossless --output result.mkv\n"
      "understudy video encode --codec prores --alpha --output result.mov",
      {},
      [](const VideoEncodeOptions& options, const std::vector<Row>&, const Call& call,
         Run& run) -> Result<std::string> {
        TRY(const Workspace workspace, open_workspace(call.workspace));
        TRY(const VideoPaths paths, video_paths(workspace, options));
        TRY(const VideoReport report, encode_video(options, paths, run));
        return to_json_text(report);
      });
}

}  // namespace understudy
