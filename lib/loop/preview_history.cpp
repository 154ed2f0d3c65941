// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/preview_history.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/image/codec.hpp"

namespace understudy {
namespace {

// One time at which all previews were kept: what it takes on the disk and the names of its pictures.
struct Moment {
  std::uint64_t bytes = 0;
  std::vector<fs::path> names;
};

// By iteration. Names are relative to the folder.
std::map<std::int64_t, Moment> moments_in(const fs::path& folder, const MadeFiles& made) {
  std::map<std::int64_t, Moment> moments;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().lexically_relative(folder);
    const auto stem = it->path().stem().string();
    std::int64_t iteration = 0;
    const auto read = std::from_chars(stem.data(), stem.data() + stem.size(), iteration);
    std::error_code ignored;
    if (read.ec != std::errc() || read.ptr != stem.data() + stem.size() || it->path().extension() != ".jpg" ||
        !it->is_regular_file(ignored) || !made.ours(name)) {
      continue;
    }
    auto& moment = moments[iteration];
    moment.bytes += it->file_size(ignored);
    moment.names.push_back(name);
  }
  return moments;
}

// The moment that is missed least: whose neighbours lie closest for how long ago it is. Never the first or the last.
std::map<std::int64_t, Moment>::iterator least_missed(std::map<std::int64_t, Moment>& moments) {
  auto best = moments.end();
  double least = std::numeric_limits<double>::max();
  const auto newest = static_cast<double>(moments.rbegin()->first);
  for (auto it = std::next(moments.begin()); std::next(it) != moments.end(); ++it) {
    const auto gap = static_cast<double>(std::next(it)->first - std::prev(it)->first);
    const double missed = gap / (1 + newest - static_cast<double>(it->first));
    if (missed < least) {
      least = missed;
      best = it;
    }
  }
  return best;
}

}  // namespace

Result<> write_history(const fs::path& model_folder, std::int64_t iteration,
                       const std::vector<NamedPreview>& previews) {
  for (const auto& preview : previews) {
    const fs::path folder = model_folder / "history" / preview.name;
    TRY(const auto jpeg, encode_jpeg(preview.bgr, {.quality = 92, .xmp = composite_marking_xmp}));
    TRY_VOID(write_file(folder / fmt::format("{:07}.jpg", iteration), jpeg));
    TRY_VOID(write_file(folder / "_last.jpg", jpeg));
  }
  return {};
}

Result<> keep_shown(const fs::path& model_folder, std::int64_t iteration, const std::vector<NamedPreview>& previews,
                    std::uint64_t budget) {
  const fs::path folder = model_folder / "shown";
  TRY(auto made, MadeFiles::open(folder));
  for (const auto& preview : previews) {
    const auto name = fs::path(preview.name) / fmt::format("{:07}.jpg", iteration);
    if (is_there(folder / name) && !made.ours(name)) continue;  // somebody's
    TRY(const auto jpeg, encode_jpeg(preview.bgr, {.quality = 90, .xmp = composite_marking_xmp}));
    TRY_VOID(made.write(name, jpeg));
  }
  auto moments = moments_in(folder, made);
  std::uint64_t bytes = 0;
  for (const auto& [at, moment] : moments) bytes += moment.bytes;
  while (bytes > budget && moments.size() > 2) {
    const auto gone = least_missed(moments);
    for (const auto& name : gone->second.names) {
      std::error_code error;
      fs::remove(folder / name, error);
    }
    TRY_VOID(made.disown(gone->second.names));
    bytes -= gone->second.bytes;
    moments.erase(gone);
  }
  return {};
}

}  // namespace understudy
