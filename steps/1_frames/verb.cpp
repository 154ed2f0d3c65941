// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/verb.hpp"

#include "lib/base/frame_files.hpp"
#include "lib/media/sequence.hpp"
#include "lib/media/write_video.hpp"
#include "lib/project/frame_places.hpp"
#include "lib/project/output.hpp"
#include "steps/1_frames/cut.hpp"
#include "steps/1_frames/denoise.hpp"
#include "steps/1_frames/import.hpp"
#include "steps/1_frames/names.hpp"

namespace understudy {
namespace {

const Positional side_of_clip{"side", "Which clip: src or dst", {"src", "dst"}};

// Where a side's frames go and where their times are kept, in the workspace or in --output.
template <class Options>
FramesPaths target_of(const Workspace& workspace, Side side, const Options& options) {
  FramesPaths paths;
  const bool elsewhere = !options.output.empty();
  paths.folder = elsewhere ? options.output : workspace.frames(side);
  paths.manifest = elsewhere
                       ? manifest_of(options.output, ".understudy-frames", options.prefix)
                       : manifest_of(workspace.state(), fmt::format("frames-{}", side_name(side)), options.prefix);
  return paths;
}

Result<std::string> import_verb(const ImportOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  if (options.input.empty())
    return fail_with_hint(Code::bad_option, "No folder of images is named", "Give --input FOLDER.");
  TRY(const Workspace workspace, open_workspace(call.workspace));
  TRY(const Side side, parse_side(call.positionals.at("side")));
  const auto target = target_of(workspace, side, options);
  return import_images(options, {options.input, target.folder, target.manifest}, run);
}

Result<std::string> cut_verb(const CutOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  CutPaths paths{options.input, options.output};
  if (paths.input.empty()) {
    const auto side = call.positionals.find("side");
    if (side == call.positionals.end())
      return fail_with_hint(Code::bad_option, "No video is named", "Give src, dst or --input VIDEO.");
    TRY(const Workspace workspace, open_workspace(call.workspace));
    TRY(const Side which, parse_side(side->second));
    TRY(paths.input, workspace.video(which));
  }
  if (paths.output.empty()) {
    // What is encoded anew needs a container that is written here.
    const bool writable = options.fast || media::check_container(paths.input);
    const auto extension = writable ? paths.input.extension().string() : ".mkv";
    paths.output = paths.input.parent_path() / (paths.input.stem().string() + "_cut" + extension);
  }
  return cut_video(options, paths, run);
}

Result<std::string> denoise_verb(const DenoiseOptions& options, const std::vector<Row>&, const Call& call, Run& run) {
  TRY(const Workspace workspace, open_workspace(call.workspace));
  TRY(const Side side, parse_side(call.positionals.at("side")));
  const fs::path frames = workspace.frames(side);
  DenoisePaths paths{options.input, frames, originals_of(frames), denoised_of(frames),
                     manifest_of(workspace.state(), fmt::format("frames-{}", side_name(side)), "")};
  if (options.undo) return undo_denoising(paths, run);
  if (!options.output.empty()) {
    TRY_VOID(check_output(workspace, options.output, {paths.source.empty() ? frames : paths.source, paths.originals}));
    paths.frames.clear();
    paths.results = options.output;
  } else if (!options.input.empty()) {
    return fail_with_hint(Code::bad_option, "Other frames than the workspace's cannot be replaced",
                          "Give --output FOLDER beside --input.");
  }
  if (paths.source.empty()) {
    const auto files = frame_files(frames);
    paths.source = frames;
    const auto made = media::read_sequence(paths.manifest);
    const bool from_video = made && made->options.contains("denoise");  // then it is denoised again from there
    std::error_code ignored;
    if (from_video || ((!files || files->pictures.empty()) && !fs::exists(paths.originals, ignored))) {
      TRY(paths.source, workspace.video(side));
    }
  }
  return denoise_frames(options, paths, run);
}

}  // namespace

Result<FramesPaths> frames_paths(const Workspace& workspace, Side side, const FramesOptions& options) {
  FramesPaths paths = target_of(workspace, side, options);
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
      "understudy frames extract src --input second.mp4 --prefix second-\n"
      "understudy frames extract src --input clip.mp4 --output frames",
      {side_of_clip},
      [](const FramesOptions& options, const std::vector<Row>&, const Call& call, Run& run) -> Result<std::string> {
        TRY(const Workspace workspace, open_workspace(call.workspace));
        TRY(const Side side, parse_side(call.positionals.at("side")));
        TRY(const FramesPaths paths, frames_paths(workspace, side, options));
        TRY(const FramesReport report, extract_frames(options, paths, run));
        return to_json_text(report);
      });
}

std::vector<Verb> frames_verbs() {
  Positional maybe_side = side_of_clip;
  maybe_side.required = false;
  return {
      frames_extract_verb(),
      make_verb<ImportOptions>("frames import", "Take a folder of images as frames",
                               "understudy frames import src --input stills --prefix stills-", {side_of_clip},
                               import_verb),
      make_verb<CutOptions>("frames cut", "Cut a part out of a video",
                            "understudy frames cut --input film.mkv --from 1:02:10 --to 1:04:00 --output data_src.mkv\n"
                            "understudy frames cut dst --from 3.5 --fast",
                            {maybe_side}, cut_verb),
      make_verb<DenoiseOptions>("frames denoise", "Take the noise out of the frames, over space and time",
                                "understudy frames denoise dst --factor 7\nunderstudy frames denoise dst --undo",
                                {side_of_clip}, denoise_verb)};
}

}  // namespace understudy
