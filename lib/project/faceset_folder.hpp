// SPDX-License-Identifier: Apache-2.0
// The folder of a side's faces, as the tools that change it open it.
#pragma once

#include <span>
#include <vector>

#include "lib/base/lock.hpp"
#include "lib/base/moves.hpp"
#include "lib/project/workspace.hpp"

namespace understudy {

// --input when it was given, else the workspace's aligned folder.
fs::path faceset_folder(const Workspace&, Side, const fs::path& input);
// Where moves of this folder's files are kept until they are done (lib/base/moves.hpp).
fs::path moves_journal(const fs::path& folder);
// Where moves of faces may lead besides their own folder, though nobody can tell who listed them: its trash, and what
// the verbs put beside it.
std::vector<fs::path> places_of_faces(const fs::path& folder);
// move_files() and finish_moves() of a folder of faces, which must have been taken.
Result<> move_faces(const fs::path& folder, std::span<const Move>);
Result<bool> finish_face_moves(const fs::path& folder);

// Where what was measured of the folder's faces is kept: the workspace's catalogue, or the folder's own where the
// workspace is none.
fs::path catalogue_for(const Workspace&, const fs::path& folder);

// Takes the folder for changing it: no other understudy may as long as the lock lives (Code::busy), moves that a killed
// run began are completed, and what it left half written is removed. not_found when there is no such folder.
Result<FileLock> take_faceset(const fs::path& folder);
// Whether single faces may be put into that side's folder: those of a packed one would be passed over by whoever reads
// it (bad_option).
Result<> check_unpacked(const fs::path& folder, Side);
// For tools that only read: completes moves that were left, without a lock where there are none.
Result<> look_at_faceset(const fs::path& folder);

}  // namespace understudy
