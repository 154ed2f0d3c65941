// SPDX-License-Identifier: Apache-2.0
#include "steps/1_frames/names.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "lib/base/frame_files.hpp"
#include "lib/base/made_files.hpp"
#include "lib/base/moves.hpp"
#include "lib/media/sequence.hpp"
#include "lib/project/frame_places.hpp"

namespace understudy {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::set<std::string> stems_of_others(const fs::path& manifest) {
  // "frames-src" of "frames-src-b-.json": what the manifests of one folder begin with.
  const auto stem = manifest.stem().string();
  const auto base = stem.substr(0, stem.find('-', stem.find('-') + 1));
  std::set<std::string> stems;
  std::error_code error;
  for (fs::directory_iterator it(manifest.parent_path(), error), end; !error && it != end; it.increment(error)) {
    if (it->path() == manifest || !it->path().filename().string().starts_with(base) || is_temporary(it->path()))
      continue;
    if (const auto other = media::read_sequence(it->path())) {
      for (const auto& [name, tick] : other->ticks) stems.insert(name);
    }
  }
  return stems;
}

}  // namespace

Result<> check_prefix(const std::string& prefix) {
  const bool plain =
      std::ranges::all_of(prefix, [](unsigned char c) { return c == '-' || (c < 128 && std::isalnum(c)); });
  if (plain && (prefix.empty() || !is_digit(prefix.back()))) return {};
  return fail_with_hint(Code::bad_option, fmt::format("'{}' cannot be a prefix", prefix),
                        "Use letters, digits and '-', with no digit at the end, such as 'b-'.");
}

fs::path manifest_of(const fs::path& folder, const std::string& name, const std::string& prefix) {
  return folder / fmt::format("{}{}{}.json", name, prefix.empty() ? "" : "-", prefix);
}

std::vector<fs::path> images_of_prefix(const fs::path& folder, const fs::path& manifest, const std::string& prefix) {
  std::vector<fs::path> ours;
  const auto files = frame_files(folder);
  const auto others = stems_of_others(manifest);
  for (const auto& path : files ? files->pictures : std::vector<fs::path>{}) {
    const auto stem = path.stem().string();
    const bool numbered = stem.size() > prefix.size() && stem.starts_with(prefix) &&
                          std::all_of(stem.begin() + static_cast<std::ptrdiff_t>(prefix.size()), stem.end(), is_digit);
    if (prefix.empty() ? !others.contains(stem) : numbered) ours.push_back(path);
  }
  return ours;
}

Result<> put_originals_aside(const fs::path& frames, const std::function<bool(const fs::path& name)>& which,
                             const std::function<void(std::string)>& tell) {
  const auto originals = originals_of(frames), results = denoised_of(frames);
  TRY_VOID(finish_moves(moves_of_denoising(results), {frames, originals}));
  // A folder of that name in which no denoising has been is the user's own.
  if (!is_there(seal_of_originals(originals)) && !is_there(results)) return {};
  const auto files = frame_files(originals);
  if (!files || files->pictures.empty()) return {};
  Aside aside(originals, tell);
  bool any_left = false;
  for (const auto& file : files->pictures) {
    if (which(file.filename()))
      TRY_VOID(aside.take(file.filename()));
    else
      any_left = true;
  }
  std::error_code ignored;
  if (!any_left) fs::remove_all(originals / ".understudy", ignored);
  if (!any_left) fs::remove(originals, ignored);
  return {};
}

fs::path seal_of_originals(const fs::path& originals) { return originals / ".understudy" / "denoised.json"; }
fs::path moves_of_denoising(const fs::path& results) { return results / ".understudy" / "moves.json"; }

const char* picture_or_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? "a folder" : "a picture";
}

bool natural_less(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!is_digit(a[i]) || !is_digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    const auto number = [](std::string_view text, std::size_t& at) {
      while (at < text.size() && text[at] == '0') ++at;
      const auto begin = at;
      while (at < text.size() && is_digit(text[at])) ++at;
      return text.substr(begin, at - begin);
    };
    const auto m = number(a, i), n = number(b, j);
    if (m.size() != n.size()) return m.size() < n.size();
    if (m != n) return m < n;
  }
  return a.size() - i == b.size() - j ? a < b : a.size() - i < b.size() - j;
}

}  // namespace understudy
