// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/workspace_verbs.hpp"

#include <nlohmann/json.hpp>

#include "lib/project/workspace.hpp"

namespace understudy {

struct NewOptions {
  std::filesystem::path src;
  std::filesystem::path dst;
};
template <>
constexpr auto describe<NewOptions>() {
  return std::tuple{
      field("src", &NewOptions::src).says("src video", "Video to copy there as data_src."),
      field("dst", &NewOptions::dst).says("dst video", "Video to copy there as data_dst."),
  };
}

static Result<> copy_video(const fs::path& from, const Workspace& workspace, Side side) {
  if (from.empty()) return {};
  const fs::path to = workspace.root / fmt::format("data_{}{}", side_name(side), from.extension().string());
  std::error_code error;
  if (!fs::is_regular_file(from, error)) return fail(Code::not_found, "There is no video {}", from.string());
  if (fs::exists(to, error))
    return fail_with_hint(Code::bad_option, fmt::format("{} exists already", to.string()),
                          "Remove it first, or use another workspace.");
  return write_through(to, [&](const fs::path& temporary) -> Result<> {
    std::error_code copied;
    fs::copy_file(from, temporary, copied);
    if (copied) return fail(Code::io, "Cannot copy {}: {}", from.string(), copied.message());
    return {};
  });
}

Verb new_verb() {
  auto work = [](const NewOptions& options, const std::vector<Row>&, const Call& call,
                 Run& run) -> Result<std::string> {
    TRY(const auto workspace, create_workspace(call.workspace));
    TRY_VOID(copy_video(options.src, workspace, Side::src));
    TRY_VOID(copy_video(options.dst, workspace, Side::dst));
    run.note(fmt::format("Workspace {} is ready", workspace.root.string()));
    return nlohmann::json{{"workspace", workspace.root.string()}}.dump();
  };
  auto verb = make_verb<NewOptions>("new", "Make a workspace, with copies of the two videos if they are named",
                                    "  understudy -w film new --src interview.mp4 --dst scene.mov", {}, work);
  verb.keeps_log = false;
  return verb;
}

}  // namespace understudy
