// SPDX-License-Identifier: Apache-2.0
#include "server/faces.hpp"

#include <mutex>

#include "lib/base/frame_files.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

// Names of a folder of tens of thousands are sorted once, until it changes.
struct Listing {
  std::uint64_t stamp = 0;
  std::shared_ptr<const std::vector<fs::path>> files = std::make_shared<std::vector<fs::path>>();
};

// What the steps read there: of frames more kinds of pictures than of what we make ourselves.
Result<std::vector<fs::path>> frames_in(const fs::path& folder) {
  TRY(auto files, frame_files(folder));
  return std::move(files.pictures);
}
using List = Result<std::vector<fs::path>> (*)(const fs::path& folder);

Result<std::shared_ptr<const std::vector<fs::path>>> listed(const fs::path& folder, List list) {
  static std::mutex mutex;
  static std::map<std::string, Listing> listings;
  const std::lock_guard lock(mutex);
  const auto stamp = change_stamp(folder);
  if (stamp == 0) return std::make_shared<const std::vector<fs::path>>();
  auto& kept = listings[folder.string()];
  if (kept.stamp != stamp) {
    TRY(auto files, list(folder));
    kept = {stamp, std::make_shared<const std::vector<fs::path>>(std::move(files))};
  }
  return kept.files;
}

Result<json> page_of(const Workspace& workspace, const fs::path& folder, List list, const Request& request) {
  TRY(const auto files, listed(folder, list));
  const auto [total, from, to] = window_of(files->size(), request);
  json pictures = json::array();
  for (long i = from; i < to; ++i) {
    const auto& file = (*files)[static_cast<std::size_t>(i)];
    pictures.push_back({{"name", path_text(file.filename())},
                        {"path", path_text(file.lexically_relative(workspace.root))},
                        {"v", fmt::format("{:x}", change_stamp(file))}});
  }
  return json{{"total", total}, {"from", from}, {"pictures", std::move(pictures)}};
}

}  // namespace

Result<json> faces_page(const Workspace& workspace, const Request& request) {
  TRY(const auto side, parse_side(request.parts[0]));
  return page_of(workspace, workspace.aligned(side), image_files, request);
}

Result<json> pictures_page(const Workspace& workspace, const Request& request) {
  const auto& name = request.parts[0];
  if (name == "frames-src") return page_of(workspace, workspace.frames(Side::src), frames_in, request);
  if (name == "frames-dst") return page_of(workspace, workspace.frames(Side::dst), frames_in, request);
  if (name == "merged") return page_of(workspace, workspace.merged(), image_files, request);
  return fail(Code::not_found, "There is no folder '{}' of pictures", name);
}

}  // namespace understudy::studio
