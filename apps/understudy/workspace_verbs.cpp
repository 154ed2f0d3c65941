// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/workspace_verbs.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/frame_files.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/path_text.hpp"
#include "lib/media/picture.hpp"
#include "lib/project/workspace.hpp"

namespace understudy {

struct NewOptions {
  std::filesystem::path src;
  std::filesystem::path dst;
};
template <>
constexpr auto describe<NewOptions>() {
  return std::tuple{
      field("src", &NewOptions::src)
          .says("src video", "Video to copy there as data_src, or a folder of pictures to copy into it."),
      field("dst", &NewOptions::dst)
          .says("dst video", "Video to copy there as data_dst, or a folder of pictures to copy into it."),
  };
}

namespace {

Result<> copy_whole(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (fs::exists(to, error))
    return fail_with_hint(Code::bad_option, fmt::format("{} exists already", to.string()),
                          "Remove it first, or use another workspace.");
  return write_through(to, [&](const fs::path& temporary) -> Result<> {
    std::error_code copied;
    fs::copy_file(from, temporary, copied);
    if (copied) return io_failure("copy", from, copied.value());
    return {};
  });
}

// Photographs become the frames of that side.
Result<> copy_pictures(const fs::path& from, const Workspace& workspace, Side side, Run& run) {
  TRY(const auto found, frame_files(from));
  if (!found.others.empty()) run.warn(not_read(from, found.others));
  if (found.pictures.empty())
    return fail_with_hint(Code::not_found, fmt::format("There are no pictures in {}", from.string()),
                          "Give a video, or a folder of images.");
  const fs::path to = workspace.frames(side);
  std::error_code ignored;
  for (const auto& there : frame_files(to).value_or(FrameFiles()).pictures) {
    if (fs::exists(from / there.filename(), ignored)) continue;
    return fail_with_hint(Code::bad_option, fmt::format("There are other pictures in {} already", to.string()),
                          "Remove them first, or use another workspace.");
  }
  std::uint64_t done = 0;
  for (const auto& picture : found.pictures) {
    if (run.stopping()) return Run::cancelled();
    const fs::path target = to / picture.filename();
    std::error_code missing;
    const auto size = fs::file_size(target, missing);  // of an earlier run that was stopped
    if (missing || size != fs::file_size(picture, ignored)) TRY_VOID(copy_whole(picture, target));
    run.progress(++done, found.pictures.size(), "pictures");
  }
  return {};
}

Result<> copy_source(const fs::path& from, const Workspace& workspace, Side side, Run& run) {
  if (from.empty()) return {};
  std::error_code error;
  if (fs::is_directory(from, error)) return copy_pictures(from, workspace, side, run);
  if (!fs::is_regular_file(from, error))
    return fail(Code::not_found, "There is no video and no folder {}", from.string());
  if (media::is_picture_file(from)) return copy_whole(from, workspace.frames(side) / from.filename());
  return copy_whole(from, workspace.root / fmt::format("data_{}{}", side_name(side), from.extension().string()));
}

}  // namespace

Verb new_verb() {
  auto work = [](const NewOptions& options, const std::vector<Row>&, const Call& call,
                 Run& run) -> Result<std::string> {
    TRY(const auto workspace, create_workspace(call.workspace));
    TRY_VOID(copy_source(options.src, workspace, Side::src, run));
    TRY_VOID(copy_source(options.dst, workspace, Side::dst, run));
    run.note(fmt::format("Workspace {} is ready", workspace.root.string()));
    return json_text(nlohmann::json{{"workspace", workspace.root.string()}});
  };
  auto verb = make_verb<NewOptions>(
      "new", "Make a workspace, with copies of the two videos or folders of pictures if they are named",
      "  understudy -w film new --src interview.mp4 --dst scene.mov", {}, work);
  verb.keeps_log = false;
  return verb;
}

}  // namespace understudy
