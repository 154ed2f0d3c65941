// SPDX-License-Identifier: Apache-2.0
// Files that were dropped into the page: they come in pieces, lie in .understudy/studio/uploads/<batch>/ until they are
// whole, and are then moved to where they belong.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "lib/base/lock.hpp"
#include "lib/base/moves.hpp"
#include "lib/project/workspace.hpp"

namespace understudy::studio {

class Uploads {
 public:
  explicit Uploads(Workspace workspace) : workspace_(std::move(workspace)) {}

  // A piece of a file. `name` may lead through folders of the batch; pieces come in order. {have, whole}: how much of
  // it is there now. A piece that does not follow what is there is Code::busy, with `have` told by at(). Before the
  // first one the disk must have room for the whole.
  Result<nlohmann::json> add(const std::string& batch, const std::string& name, std::uint64_t size,
                             std::uint64_t offset, std::string_view piece);
  // Where a batch's files lie; not_found when there is none.
  Result<fs::path> folder(const std::string& batch) const;
  // Moves them in, all or none, and never over a file that is there. `as`: "video" (one), "frames", "faces" (pictures
  // or a faceset.pak, where the other does not lie already). {moved, left: names of what is none of these}; what is
  // left stays in the batch. Code::busy as long as one of them is not whole, or somebody works in the folder to which
  // they go.
  Result<nlohmann::json> take(const std::string& batch, const std::string& as, Side);
  // Completes what a studio that was killed in take() left half moved. Code::busy while somebody works where it goes,
  // bad_file where the list leads elsewhere than take() does: it came from somebody else, and stays.
  Result<> finish();
  // The one folder of the batch (or the batch itself) becomes a workspace beside this one.
  Result<fs::path> take_workspace(const std::string& batch);
  // What of it is left half moved is completed first.
  Result<> drop(const std::string& batch);
  // Removes batches in which nothing has changed for a day, but those in which one of these paths lies; none while
  // something is left half moved.
  void forget_old(const std::set<fs::path>& used) const;

 private:
  Result<std::vector<fs::path>> whole_files(const std::string& batch) const;
  Result<std::vector<Move>> video_moves(const std::vector<fs::path>& files, Side) const;
  Result<> finish_alone() const;
  Result<> check_left(const fs::path& from, const fs::path& to) const;
  Result<std::vector<Move>> left_moves() const;
  Result<FileLock> hold_and_finish() const;
  Result<> remove(const std::string& batch) const;
  fs::path root() const { return workspace_.state() / "studio" / "uploads"; }
  fs::path journal() const { return workspace_.state() / "studio" / "moves.json"; }
  Workspace workspace_;
};

fs::path home_folder();  // of this user; / where there is none

// The folders and files of a folder that this user may read, by name: {path, parent, folders: [name], files: [name],
// more}; at most 2000 of each. Nothing of what they hold. Hidden ones are left out.
Result<nlohmann::json> folder_listing(const fs::path&);

}  // namespace understudy::studio
