// SPDX-License-Identifier: Apache-2.0
#include "lib/project/workspace.hpp"

#include <algorithm>
#include <array>

#include "lib/base/frame_files.hpp"
#include "lib/base/text.hpp"

namespace understudy {

Result<Side> parse_side(std::string_view text) {
  if (text == "src") return Side::src;
  if (text == "dst") return Side::dst;
  return fail(Code::bad_option, "The side is src or dst, not '{}'", text);
}

static std::string data_name(Side side) { return "data_" + std::string(side_name(side)); }

fs::path Workspace::frames(Side side) const { return root / data_name(side); }
fs::path Workspace::aligned(Side side) const { return frames(side) / "aligned"; }
fs::path Workspace::aligned_debug(Side side) const { return frames(side) / "aligned_debug"; }
fs::path Workspace::model() const { return root / "model"; }
fs::path Workspace::merged() const { return frames(Side::dst) / "merged"; }
fs::path Workspace::merged_mask() const { return frames(Side::dst) / "merged_mask"; }
fs::path Workspace::result() const { return root / "result.mp4"; }
fs::path Workspace::result_mask() const { return root / "result_mask.mp4"; }
fs::path Workspace::state() const { return root / ".understudy"; }
fs::path Workspace::catalogue() const { return state() / "catalogue.db"; }

bool is_video_name(const fs::path& path) {
  static constexpr std::array not_videos{".json", ".txt", ".png", ".jpg", ".jpeg", ".pak", ".dat", ".part"};
  const auto suffix = lower_case(path.extension().string());
  return !suffix.empty() && std::find(not_videos.begin(), not_videos.end(), suffix) == not_videos.end();
}

Result<fs::path> Workspace::video(Side side) const {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored) || is_temporary(it->path())) continue;
    if (lower_case(it->path().stem().string()) == data_name(side) && is_video_name(it->path()))
      found.push_back(it->path());
  }
  if (found.empty()) {
    return fail_with_hint(Code::not_found, fmt::format("There is no {} video in {}", data_name(side), root.string()),
                          fmt::format("Put the {} video there under the name {}.mp4 (or .mov, .mkv …).",
                                      side == Side::src ? "source face's" : "destination", data_name(side)));
  }
  return *std::min_element(found.begin(), found.end());
}

Result<fs::path> Workspace::frames_or_video(Side side) const {
  const auto files = frame_files(frames(side));
  if (files && !files->pictures.empty()) return frames(side);
  auto found = video(side);
  if (!found && files && !files->others.empty())
    return fail_with_hint(Code::not_found, not_read(frames(side), files->others) + ", and there is no video",
                          "Convert them to PNG or JPEG, or put a video there: " + found.error().hint);
  return found;
}

Result<Workspace> open_workspace(const fs::path& root) {
  std::error_code error;
  if (!fs::is_directory(root, error)) {
    return fail_with_hint(Code::not_found, fmt::format("The workspace {} is not a folder", root.string()),
                          "Name an existing folder with -w, or make one with: understudy new -w FOLDER");
  }
  const fs::path whole = fs::absolute(root, error).lexically_normal();  // "." ends in a slash then
  return Workspace{whole.has_filename() ? whole : whole.parent_path()};
}

bool is_workspace(const Workspace& workspace) {
  std::error_code error;
  for (const auto& folder :
       {workspace.state() / "jobs", workspace.frames(Side::src), workspace.frames(Side::dst), workspace.model()})
    if (fs::is_directory(folder, error)) return true;
  return workspace.video(Side::src).has_value() || workspace.video(Side::dst).has_value();
}

Result<Workspace> create_workspace(const fs::path& root) {
  TRY_VOID(make_folders(root));
  TRY(const Workspace workspace, open_workspace(root));
  for (const auto& folder :
       {workspace.aligned(Side::src), workspace.aligned(Side::dst), workspace.model(), workspace.state()}) {
    TRY_VOID(make_folders(folder));
  }
  return workspace;
}

}  // namespace understudy
