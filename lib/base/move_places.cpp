// SPDX-License-Identifier: Apache-2.0
#include "lib/base/move_places.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "lib/base/moves.hpp"

namespace understudy {
namespace {

using Place = std::optional<fs::path>;  // nothing where it cannot be told

// Where a folder really is, or will be: no link is on the way. One that leads nowhere may lead anywhere later.
Place real_folder(const fs::path& folder) {
  fs::path there = folder, missing;
  while (!is_there(there) && there.has_relative_path()) {
    missing = missing.empty() ? there.filename() : there.filename() / missing;
    there = there.parent_path();
  }
  std::error_code error;
  const auto real = fs::canonical(there, error);
  if (error) return std::nullopt;
  return missing.empty() ? real : real / missing;
}

// Of many files in few folders.
class RealPlaces {
 public:
  Place of(const fs::path& file) {
    std::error_code error;
    const auto whole = fs::absolute(file, error).lexically_normal();
    if (error || !whole.has_filename()) return std::nullopt;
    const auto known = folders_.try_emplace(whole.parent_path());
    if (known.second) known.first->second = real_folder(whole.parent_path());
    const auto& folder = known.first->second;
    return folder ? Place(*folder / whole.filename()) : std::nullopt;
  }

 private:
  std::map<fs::path, Place> folders_;
};

bool lies_in(const fs::path& file, const fs::path& folder) {
  return file != folder && std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

fs::path whole_folder(const fs::path& path) {
  std::error_code ignored;
  const auto whole = fs::absolute(path, ignored).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

// One that is on the way to another, if there is any.
Place on_the_way(const std::set<fs::path>& files) {
  // By parts of the name: what lies in a folder follows it.
  const auto found =
      std::ranges::adjacent_find(files, [](const fs::path& a, const fs::path& b) { return lies_in(b, a); });
  return found == files.end() ? std::nullopt : Place(*found);
}

}  // namespace

Result<> check_places(const MovePlaces& places, std::span<const fs::path> files, const fs::path& list) {
  RealPlaces real;
  std::vector<fs::path> roots;
  if (auto folder = real_folder(whole_folder(places.folder))) roots.push_back(*std::move(folder));
  for (const auto& folder : places.also)
    if (auto place = real.of(whole_folder(folder))) roots.push_back(*std::move(place));
  const auto refuse = [&list](const fs::path& file, std::string_view why) {
    return fail_with_hint(
        Code::bad_file,
        fmt::format("{} was not written by you on this machine, and would move {}, {}", list.string(), file.string(),
                    why),
        fmt::format("Nothing was moved. If you trust it, move what it lists by hand; then remove {}.", list.string()));
  };
  std::set<fs::path> all;
  for (const auto& file : files) {
    const auto place = real.of(file);
    if (!place || std::ranges::none_of(roots, [&](const auto& root) { return lies_in(*place, root); }))
      return refuse(file, fmt::format("which lies outside of {}", places.folder.string()));
    all.insert(*place);
  }
  if (const auto file = on_the_way(all)) return refuse(*file, "and what lies in it by another name");
  return {};
}

Result<> check_apart(std::span<const fs::path> files) {
  RealPlaces real;
  std::set<fs::path> all;
  for (const auto& file : files)
    if (auto place = real.of(file)) all.insert(*std::move(place));
  if (const auto file = on_the_way(all))
    return fail(Code::bad_option, "{} cannot be moved together with what lies in it", file->string());
  return {};
}

}  // namespace understudy
