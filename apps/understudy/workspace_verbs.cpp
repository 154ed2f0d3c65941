// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/workspace_verbs.hpp"

#include <nlohmann/json.hpp>

#include "apps/understudy/copy_source.hpp"
#include "lib/base/path_text.hpp"
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

}  // namespace

Verb new_verb() {
  auto work = [](const NewOptions& options, const std::vector<Row>&, const Call& call,
                 Run& run) -> Result<std::string> {
    TRY(const auto workspace, create_workspace(call.workspace));
    // Before many gigabytes of the one are copied the other is known to fit.
    TRY_VOID(check_source(options.src, workspace, Side::src));
    TRY_VOID(check_source(options.dst, workspace, Side::dst));
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
