// SPDX-License-Identifier: Apache-2.0
// Files of a folder moved or renamed as one, with a record by which that is taken back later: sorts, filters, faces
// fetched to a folder of their own.
#pragma once

#include <string>
#include <vector>

#include "lib/base/moves.hpp"

namespace understudy {

// What kind of change: each has records of its own, FOLDER/.understudy/<records>/<n>.json, of which the last 20 stay.
struct MoveKind {
  const char* records;  // "sorts"
  const char* noun;     // "sort", for messages
  // Where these may lead besides the folder, though the record was not written by this user (lib/base/moves.hpp).
  std::vector<fs::path> (*also)(const fs::path& folder);
};

// Does the moves, all or none, and keeps the record. The folder must have been taken (take_faceset). Targets may lie
// outside of it. Errors as move_files().
Result<> move_recorded(const fs::path& folder, const MoveKind&, const std::string& what, std::span<const Move>);

// The last change of that kind that is not taken back yet, as it was done; not_found when there is none, bad_file for a
// record of another user or machine that leads elsewhere.
struct RecordedMoves {
  fs::path record;
  std::string what;  // as given to move_recorded
  std::vector<Move> moves;
};
Result<RecordedMoves> last_recorded(const fs::path& folder, const MoveKind&);

struct TakenBack {
  std::string what;
  std::size_t restored = 0;  // files that are back under their old name
  std::size_t missing = 0;   // files that are no longer where they had been put
  std::size_t renamed = 0;   // of the restored: another name, as the old one is taken now
};
// Takes it back, and its record with it.
Result<TakenBack> take_back(const fs::path& folder, const MoveKind&, const RecordedMoves&);

}  // namespace understudy
