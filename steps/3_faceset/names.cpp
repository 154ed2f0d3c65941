// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/names.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/face/faceset.hpp"
#include "lib/jobs/tally.hpp"
#include "lib/project/face_history.hpp"
#include "lib/project/faceset_folder.hpp"

namespace understudy {
namespace {

struct Known {
  std::string name;
  double area = 0;  // of its rectangle in the frame; 0 when it is not known
};
// Folder of the person and frame -> its faces.
using ByFrame = std::map<std::pair<std::string, std::string>, std::vector<Known>>;

ByFrame by_frame(const fs::path& folder, const std::vector<std::string>& names, Tally& tally) {
  ByFrame frames;
  for (const auto& name : names) {
    const auto info = read_face_info(folder / name);
    if (!info) {
      tally.skip(name, info.error());
    } else if (info->source_filename.empty()) {
      tally.skip(name, "it does not say from which frame it is");
    } else {
      const auto& rect = info->source_rect;
      const double area = rect ? std::abs(rect->width() * rect->height()) : 0;
      frames[{fs::path(name).parent_path().string(), info->source_filename}].push_back({name, area});
    }
  }
  for (auto& [frame, faces] : frames) std::ranges::stable_sort(faces, std::greater(), &Known::area);
  return frames;
}

std::vector<Move> original_names(const fs::path& folder, const ByFrame& frames) {
  std::set<fs::path> ours, given;
  for (const auto& [frame, faces] : frames)
    for (const auto& face : faces) ours.insert(folder / face.name);
  std::vector<Move> moves;
  for (const auto& [frame, faces] : frames) {
    int index = 0;
    for (const auto& face : faces) {
      fs::path target;
      do {
        target = folder / frame.first / fmt::format("{}_{}.jpg", fs::path(frame.second).stem().string(), index++);
      } while (given.contains(target) || (!ours.contains(target) && is_there(target)));
      given.insert(target);
      if (folder / face.name != target) moves.push_back({folder / face.name, target});
    }
  }
  return moves;
}

// --names and --list together.
Result<std::vector<std::string>> chosen(const ChooseOptions& options) {
  std::vector<std::string> names;
  for (auto& name : split(options.names, ',')) {
    if (!name.empty()) names.push_back(path_of_text(name).native());
  }
  if (!options.list.empty()) {
    TRY(const std::string text, read_text(options.list));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) names.push_back(path_of_text(line).native());
    }
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// Those that are files within `where`; the others are told of.
std::vector<std::string> present(const fs::path& where, const std::vector<std::string>& names, Tally& tally) {
  std::vector<std::string> there;
  for (const auto& name : names) {
    const fs::path path = name;
    std::error_code ignored;
    if (path.is_absolute() || path.lexically_normal().string().starts_with("..")) {
      tally.skip(name, "it is not a name within the folder");
    } else if (!fs::is_regular_file(where / path, ignored)) {
      tally.skip(name, "there is no such file");
    } else {
      there.push_back(name);
    }
  }
  return there;
}

std::vector<std::string> all_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) && it->path().extension() == ".jpg")
      names.push_back(it->path().lexically_relative(folder).generic_string());
  }
  std::ranges::sort(names);
  return names;
}

Result<std::string> go(const fs::path& folder, Run& run, const char* way,
                       Result<FaceHistory::Done> (FaceHistory::*step)()) {
  TRY(const FileLock lock, take_faceset(folder));
  TRY(auto history, FaceHistory::open(folder));
  TRY(const auto done, (history.*step)());
  if (done.missing > 0)
    run.warn(fmt::format("{} faces are no longer there, or were changed since: they stay as they are", done.missing));
  return json_text(nlohmann::json{{way, done.what}, {"faces", done.faces}, {"missing", done.missing}});
}

}  // namespace

Result<std::string> undo_change(const fs::path& folder, const FolderOptions&, Run& run) {
  return go(folder, run, "undone", &FaceHistory::undo);
}
Result<std::string> redo_change(const fs::path& folder, const FolderOptions&, Run& run) {
  return go(folder, run, "redone", &FaceHistory::redo);
}

Result<std::string> recover_names(const fs::path& folder, const RecoverOptions& options, Run& run) {
  TRY(const FileLock lock, take_faceset(folder));
  TRY(const auto names, loose_names(folder));
  Tally tally(run);
  const auto moves = original_names(folder, by_frame(folder, names, tally));
  tally.count("faces", static_cast<std::int64_t>(names.size() - tally.skipped()));
  tally.count("renamed", static_cast<std::int64_t>(moves.size()));
  auto renames = nlohmann::json::object();
  for (const auto& move : moves)
    renames[path_text(move.from.lexically_relative(folder))] = path_text(move.to.lexically_relative(folder));
  if (options.dry_run) {
    tally.set("names", std::move(renames));
    return tally.report();
  }
  TRY_VOID(move_faces(folder, moves));
  return tally.report();
}

Result<std::string> delete_faces(const fs::path& folder, const ChooseOptions& options, Run& run) {
  TRY(const auto names, chosen(options));
  if (names.empty())
    return fail_with_hint(Code::bad_option, "No face is named", "Give --names a.jpg,b.jpg or --list FILE.");
  TRY(const FileLock lock, take_faceset(folder));
  std::error_code ignored;
  if (fs::exists(folder / "faceset.pak", ignored)) TRY_VOID(loose_names(folder));  // says what to do
  Tally tally(run);
  const auto there = present(folder, names, tally);
  // Kept where the studio keeps what is thrown out there, so that it can be taken back there too.
  if (!there.empty()) {
    TRY(auto history, FaceHistory::open(folder));
    TRY_VOID(history.throw_out(there));
  }
  tally.count("deleted", static_cast<std::int64_t>(there.size()));
  tally.set("trash", trash_of(folder).string());
  return tally.report();
}

Result<std::string> restore_faces(const fs::path& folder, const ChooseOptions& options, Run& run) {
  TRY(auto names, chosen(options));
  TRY(const FileLock lock, take_faceset(folder));
  const fs::path trash = trash_of(folder);
  std::error_code ignored;
  if (!fs::is_directory(trash, ignored)) return fail(Code::not_found, "There is no trash folder {}", trash.string());
  if (names.empty() && options.list.empty()) names = all_in(trash);
  Tally tally(run);
  std::vector<std::string> wanted;
  std::set<fs::path> taken;
  for (const auto& move : moves_from_trash(folder, present(trash, names, tally))) {
    if (fs::exists(move.to, ignored) || !taken.insert(move.to).second) {
      tally.skip(move.from.filename().string(), "a face of that name is there");
    } else {
      wanted.push_back(move.from.lexically_relative(trash).native());
    }
  }
  if (!wanted.empty()) {
    TRY(auto history, FaceHistory::open(folder));
    TRY_VOID(history.bring_back(wanted));
  }
  tally.count("restored", static_cast<std::int64_t>(wanted.size()));
  return tally.report();
}

}  // namespace understudy
