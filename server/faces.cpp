// SPDX-License-Identifier: Apache-2.0
#include "server/faces.hpp"

#include <algorithm>
#include <mutex>

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

Result<std::shared_ptr<const std::vector<fs::path>>> listed(const fs::path& folder) {
  static std::mutex mutex;
  static std::map<std::string, Listing> listings;
  const std::lock_guard lock(mutex);
  const auto stamp = change_stamp(folder);
  if (stamp == 0) return std::make_shared<const std::vector<fs::path>>();
  auto& kept = listings[folder.string()];
  if (kept.stamp != stamp) {
    TRY(auto files, image_files(folder));
    kept = {stamp, std::make_shared<const std::vector<fs::path>>(std::move(files))};
  }
  return kept.files;
}

Result<json> page_of(const Workspace& workspace, const fs::path& folder, const Request& request) {
  constexpr long most = 2000;
  TRY(const auto files, listed(folder));
  const auto total = static_cast<long>(files->size());
  const long from = std::clamp(std::atol(request.value("from", "0").c_str()), 0L, total);
  const long count = std::clamp(std::atol(request.value("count", "200").c_str()), 0L, std::min(most, total - from));
  json pictures = json::array();
  for (long i = from; i < from + count; ++i) {
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
  return page_of(workspace, workspace.aligned(side), request);
}

Result<json> pictures_page(const Workspace& workspace, const Request& request) {
  const auto& name = request.parts[0];
  if (name == "frames-src") return page_of(workspace, workspace.frames(Side::src), request);
  if (name == "frames-dst") return page_of(workspace, workspace.frames(Side::dst), request);
  if (name == "merged") return page_of(workspace, workspace.merged(), request);
  return fail(Code::not_found, "There is no folder '{}' of pictures", name);
}

}  // namespace understudy::studio
