// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/workspace_verbs.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/frame_files.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/same_bytes.hpp"
#include "lib/media/picture.hpp"
#include "lib/project/clearing.hpp"
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

enum class ClearSide { both, src, dst };
template <>
struct Names<ClearSide> {
  static constexpr std::array all{"both", "src", "dst"};
};

struct ClearOptions {
  ClearSide side = ClearSide::both;
  std::string model;
  bool yes = false;
  bool undo = false;
};
template <>
constexpr auto describe<ClearOptions>() {
  using O = ClearOptions;
  return std::tuple{
      field("side", &O::side).says("Side", "Of frames and faces: whose."),
      field("model", &O::model).says("Model name", "With the step model: the one to move to the trash."),
      field("yes", &O::yes).says("Yes", "Really clear it; without this it is only told what would go."),
      field("undo", &O::undo).says("Undo", "Bring back what the last clear moved to the trash."),
  };
}
static_assert(all_described<ClearOptions>);

namespace {

std::string side_text(ClearSide side) { return Names<ClearSide>::all[static_cast<std::size_t>(side)]; }

Result<std::string> undone_clear(const Workspace& workspace, Run& run) {
  TRY(const auto back, undo_clear(workspace));
  run.note(fmt::format(
      "'{}' is back: {} things{}", back.what, back.restored,
      back.renamed > 0 ? fmt::format(", {} under another name, as theirs is taken now", back.renamed) : ""));
  return json_text(nlohmann::json{
      {"what", back.what}, {"restored", back.restored}, {"renamed", back.renamed}, {"missing", back.missing}});
}

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
    // What an earlier run has copied that was stopped is not copied again.
    if (!same_bytes(picture, target)) TRY_VOID(copy_whole(picture, target));
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
  return make_verb<NewOptions>(
      "new", "Make a workspace, with copies of the two videos or folders of pictures if they are named",
      "  understudy -w film new --src interview.mp4 --dst scene.mov", {}, work);
}

Verb clear_verb() {
  auto work = [](const ClearOptions& options, const std::vector<Row>&, const Call& call,
                 Run& run) -> Result<std::string> {
    TRY(const auto workspace, open_workspace(call.workspace));
    if (options.undo) return undone_clear(workspace, run);
    const auto step = call.positionals.find("step");
    if (step == call.positionals.end())
      return fail_with_hint(Code::bad_option, "What is to be cleared is not said",
                            "Name a step, or --undo the last clear.");
    const std::string side = options.side == ClearSide::both ? "" : side_text(options.side);
    TRY(const auto going, options.yes ? clear_step(workspace, step->second, side, options.model,
                                                   [&run](std::string text) { run.note(std::move(text)); })
                                      : what_goes(workspace, step->second, side, options.model));
    nlohmann::json told = nlohmann::json::array();
    for (const auto& one : going) {
      run.note(fmt::format("{}: {} files, {} MB", one.path.string(), one.files, one.bytes >> 20));
      told.push_back({{"path", path_text(one.path)}, {"files", one.files}, {"bytes", one.bytes}});
    }
    if (!options.yes && !going.empty())
      return fail_with_hint(Code::bad_option, fmt::format("This would move {} things to the trash", going.size()),
                            "Add --yes to do it; --undo brings them back.");
    if (going.empty()) run.note("There is nothing to clear");
    return json_text(nlohmann::json{{"cleared", told}});
  };
  std::vector<std::string> steps(std::begin(clearable_steps), std::end(clearable_steps));
  return make_verb<ClearOptions>("clear", "Move what a step made to the workspace's trash, and bring it back",
                                 "  understudy -w film clear merge --yes\n"
                                 "  understudy -w film clear faces --side dst --yes\n  understudy -w film clear --undo",
                                 {{"step", "frames, faces, model, merge or video", steps, false}}, work);
}

}  // namespace understudy
