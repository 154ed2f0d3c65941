// SPDX-License-Identifier: Apache-2.0
#include "lib/project/clearing.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "lib/base/frame_files.hpp"
#include "lib/base/lock.hpp"
#include "lib/base/moves.hpp"
#include "lib/project/extract_journal.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/recorded_moves.hpp"

namespace understudy {
namespace {

// All that is cleared goes from the workspace to its own trash; by a folder that is a link only where this user
// cleared.
constexpr MoveKind clears{"clears", "clearing", [](const fs::path&) { return std::vector<fs::path>(); }};

Going weighed(const fs::path& path) {
  Going going{path, 0, 0};
  std::error_code error;
  if (fs::is_symlink(path, error)) return {path, 1, 0};  // the link alone goes
  if (fs::is_regular_file(path, error)) return {path, 1, fs::file_size(path, error)};
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    ++going.files;
    going.bytes += it->file_size(ignored);
  }
  return going;
}

std::vector<Going> all_weighed(const std::vector<fs::path>& paths) {
  std::vector<Going> going;
  for (const auto& path : paths) going.push_back(weighed(path));
  return going;
}

// Pictures in a folder of frames; what else lies there, the faces among it, stays.
void add_frames(const fs::path& folder, std::vector<fs::path>& paths) {
  if (auto found = frame_files(folder)) paths.insert(paths.end(), found->pictures.begin(), found->pictures.end());
}

std::vector<Side> sides_of(const std::string& side) {
  if (side == "src") return {Side::src};
  if (side == "dst") return {Side::dst};
  return {Side::src, Side::dst};
}

Result<std::vector<fs::path>> paths_of(const Workspace& w, const std::string& step, const std::string& side,
                                       const std::string& model) {
  std::vector<fs::path> paths;
  if (step == "frames" || step == "faces") {
    for (const auto one : sides_of(side)) {
      const auto state = [&](const char* name, const char* ending) {
        paths.push_back(w.state() / fmt::format("{}-{}{}", name, side_name(one), ending));
      };
      if (step == "frames") {
        add_frames(w.frames(one), paths);
        state("frames", ".json");
        continue;
      }
      paths.push_back(w.aligned(one));
      paths.push_back(w.aligned_debug(one));
      paths.push_back(extract_journal_of(w, one));
      state("extract", ".faces");
    }
  } else if (step == "model") {
    const fs::path name = model;
    if (model.empty() || name != name.filename() || model == "." || model == ".." || !is_there(w.model() / name))
      return fail(Code::not_found, "There is no model '{}' in {}", model, w.model().string());
    paths.push_back(w.model() / name);
  } else if (step == "merge") {
    paths = {w.merged(), w.merged_mask()};
  } else if (step == "video") {
    paths = {w.result(), w.result_mask(), w.state() / "video.json", w.state() / "video-mask.json"};
  } else {
    return fail_with_hint(Code::bad_option, fmt::format("'{}' cannot be cleared", step),
                          fmt::format("Choose one of {}.", fmt::join(clearable_steps, ", ")));
  }
  std::erase_if(paths, [](const fs::path& path) { return !is_there(path); });
  return paths;
}

// All that goes, taken: whoever works in it keeps it, and nobody begins to before it has gone.
struct Taken {
  std::vector<FileLock> beside;             // of what stays, in which single files go
  std::map<fs::path, FileLock> of_folders;  // go with them
};

// A model's lock lies in it, as in a folder that is a link: what it leads to does not go.
fs::path lock_in(const fs::path& folder) {
  return is_there(folder / "model.json") ? folder / "lock" : folder / ".understudy" / "lock";
}

Result<Taken> take_all(const Workspace& w, const std::string& step, const std::string& side,
                       const std::vector<fs::path>& paths) {
  Taken taken;
  if (step == "frames") {
    for (const auto one : sides_of(side)) {
      if (!is_there(w.frames(one))) continue;
      TRY(auto lock, lock_folder(w.frames(one)));
      taken.beside.push_back(std::move(lock));
    }
  }
  if (step == "video") {
    for (const auto& file : {w.result(), w.result_mask()}) {
      TRY(auto lock, lock_file(file));
      taken.beside.push_back(std::move(lock));
    }
  }
  std::error_code error;
  for (const auto& path : paths) {
    if (!fs::is_directory(path, error)) continue;
    const auto place = fs::is_symlink(path, error) ? fs::canonical(path, error) : path;
    TRY(auto lock, FileLock::take(lock_in(place), path));
    if (place == path)
      taken.of_folders.emplace(path, std::move(lock));
    else
      taken.beside.push_back(std::move(lock));
  }
  return taken;
}

// Where it goes: in the workspace's trash; on another disk, to which the folder that holds it is a link, beside it.
class Trash {
 public:
  Trash(const Workspace& workspace, const std::string& step)
      : root_(workspace.root), step_(step), usual_(workspace.state()) {}

  fs::path place_for(const fs::path& path) {
    const auto state = on_one_disk(path, usual_ / ".") ? usual_ : path.parent_path() / ".understudy";
    auto& folder = folders_[state];
    if (folder.empty()) folder = free_name(state / "trash" / step_, {});
    auto to = free_name(folder / path.lexically_relative(root_), taken_);
    taken_.insert(to);
    return to;
  }
  std::string told() const {
    std::vector<std::string> names;
    for (const auto& [state, folder] : folders_) names.push_back(folder.string());
    return fmt::format("{}", fmt::join(names, " and "));
  }

 private:
  fs::path root_, step_, usual_;
  std::map<fs::path, fs::path> folders_;  // by the folder that it lies in
  std::set<fs::path> taken_;
};

}  // namespace

Result<std::vector<Going>> what_goes(const Workspace& workspace, const std::string& step, const std::string& side,
                                     const std::string& model) {
  TRY(const auto paths, paths_of(workspace, step, side, model));
  return all_weighed(paths);
}

Result<std::vector<Going>> clear_step(const Workspace& workspace, const std::string& step, const std::string& side,
                                      const std::string& model, const std::function<void(std::string)>& tell) {
  TRY(const auto lock, lock_folder(workspace.root));
  TRY(const bool finished, finish_moves(moves_journal(workspace.root)));
  (void)finished;
  TRY(const auto paths, paths_of(workspace, step, side, model));
  TRY(auto taken, take_all(workspace, step, side, paths));
  auto going = all_weighed(paths);
  Trash trash(workspace, step);
  std::vector<Move> moves;
  for (const auto& path : paths) moves.push_back({path, trash.place_for(path)});
  if (!paths.empty()) tell(fmt::format("What goes lies in {} from now on; clear --undo brings it back", trash.told()));
  const auto what = step + (side.empty() ? "" : " " + side) + (model.empty() ? "" : " " + model);
  TRY_VOID(move_recorded(workspace.root, clears, what, moves));
  for (const auto& move : moves)
    if (const auto own = taken.of_folders.find(move.from); own != taken.of_folders.end())
      own->second.moved_to(lock_in(move.to));
  return going;
}

LastClear last_clear(const Workspace& workspace) {
  const auto last = last_recorded(workspace.root, clears);
  return last ? LastClear{last->what, last->moves.size()} : LastClear{};
}

Result<Brought> undo_clear(const Workspace& workspace) {
  TRY(const auto lock, lock_folder(workspace.root));
  TRY(const bool finished, finish_moves(moves_journal(workspace.root)));
  (void)finished;
  TRY(const auto last, last_recorded(workspace.root, clears));
  TRY(const auto back, take_back(workspace.root, clears, last));
  return Brought{back.what, back.restored, back.renamed, back.missing};
}

}  // namespace understudy
