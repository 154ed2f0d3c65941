// SPDX-License-Identifier: Apache-2.0
// Many files renamed or moved as one: a kill at any moment leaves a journal from which the next run goes on, and no
// file is ever written over. Trash folders (spec pipeline.md 5.6) are moves too, so what was thrown away can be had
// back.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

struct Move {
  fs::path from, to;
  bool operator==(const Move&) const = default;
};

// Does all the moves; `journal` is where the list is kept meanwhile (its folder is made). Targets may be present names
// of other files of the list. Before anything is moved it is an error (bad_option) when two files would get one name or
// a target exists that is not itself moved away, not_found when a file is missing, and io when a folder is read-only.
// Between two file systems a file is copied whole before it is removed; a folder is refused there. When one cannot be
// moved, those before it are put back and the journal is dropped, so that it stands in nobody's way; only where that
// fails too the journal stays, and finish_moves() goes forward. `also` as for finish_moves(), which it calls first.
Result<> move_files(const fs::path& journal, std::span<const Move>, const std::vector<fs::path>& also = {});
// Completes the moves that a killed run left; true when there were some. To be called before a folder is read. A
// journal of which nothing was done yet is dropped when the moves had not begun, or none can be done.
// A journal FOLDER/.understudy/.../moves.json may have come with the folder from anybody: one that was not written by
// this user on this machine is carried out within FOLDER and the folders in `also` alone (lib/base/move_places.hpp),
// and else refused as a whole: bad_file.
Result<bool> finish_moves(const fs::path& journal, const std::vector<fs::path>& also = {});
// Code::io when the target exists already. To another file system by a copy that is whole before the file goes.
Result<> rename_without_replacing(const fs::path& from, const fs::path& to);

// A file, a folder or a link, even one that leads nowhere. What cannot be asked for is not: a name that is too long, a
// folder that may not be searched.
bool is_there(const fs::path&);
// Of the names themselves, not of what links lead to.
bool on_one_disk(const fs::path&, const fs::path&);

// "a~2.jpg" for "a.jpg" and 2: what a file is called whose name is taken. Never longer than a name may be, as far as
// the stem can make room.
fs::path numbered_name(const fs::path& wanted, int number);
// The wanted name, or the first numbered one that no file has and that is not in `taken`.
fs::path free_name(const fs::path& wanted, const std::set<fs::path>& taken);

// FOLDER<suffix> on the same disk: beside the folder, or beside the one that it is a link to. A folder that is a file
// system of its own has it inside, as ".trash" for "_trash".
fs::path beside(const fs::path& folder, std::string_view suffix);
// ALIGNED_trash, beside ALIGNED.
fs::path trash_of(const fs::path& folder);
// Where the files (by name within the folder, "person/a.jpg" too) go: under their own name, or "a~2.jpg" where that is
// taken, so that what lies there already stays.
std::vector<Move> moves_to_trash(const fs::path& folder, std::span<const std::string> names);
// The way back, without the "~2". The names are those in the trash.
std::vector<Move> moves_from_trash(const fs::path& folder, std::span<const std::string> names);

}  // namespace understudy
