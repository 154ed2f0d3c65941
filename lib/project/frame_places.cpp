// SPDX-License-Identifier: Apache-2.0
#include "lib/project/frame_places.hpp"

#include <algorithm>

#include "lib/base/moves.hpp"

namespace understudy {
namespace {

void add_manifests(const fs::path& folder, const std::string& name, std::vector<fs::path>& found) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto file = it->path().filename().string();
    if (file == name + ".json" || (file.starts_with(name + "-") && file.ends_with(".json")))
      found.push_back(it->path());
  }
}

fs::path place(const fs::path& frames, const char* suffix) {
  const fs::path usual = frames.string() + suffix;
  return is_there(usual) ? usual : beside(frames, suffix);
}

}  // namespace

std::vector<fs::path> frame_manifests(const Workspace& workspace, Side side, const fs::path& frames) {
  std::vector<fs::path> found;
  std::error_code ignored;
  if (fs::equivalent(frames, workspace.frames(side), ignored))
    add_manifests(workspace.state(), fmt::format("frames-{}", side_name(side)), found);
  add_manifests(frames, ".understudy-frames", found);
  std::ranges::sort(found);
  return found;
}

fs::path originals_of(const fs::path& frames) { return place(frames, "_original"); }
fs::path denoised_of(const fs::path& frames) { return place(frames, "_denoised"); }

bool is_denoising(const std::string& made_of) {
  return made_of.size() == 16 && made_of.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace understudy
