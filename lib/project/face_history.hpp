// SPDX-License-Identifier: Apache-2.0
// What was done to a folder of faces by hand, FOLDER/.understudy/faces/journal.jsonl: thrown out, brought back, given
// to a person, named, marked. A line is on the disk before anything is changed, and nothing of it is ever forgotten, so
// that undo goes back to the beginning.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lib/base/moves.hpp"
#include "lib/journal/history.hpp"
#include "lib/journal/journal_file.hpp"

namespace understudy {

// Said of a face (see face_key() of the catalogue's users) or of anything else that has a name: "person:3".
struct FaceFact {
  std::string key, column, value;  // an empty value: nothing is said any more
};

class FaceHistory {
 public:
  // The folder must have been taken (take_faceset) for anything that changes; newer_version when a later version wrote
  // the journal.
  static Result<FaceHistory> open(const fs::path& folder);
  static fs::path path_of(const fs::path& folder);

  struct Done {
    std::string what;
    std::size_t faces = 0;    // files that were moved, or facts
    std::size_t missing = 0;  // files that are no longer there, or are others now: left alone
  };
  // Names within the folder, or within its trash. Each is one change, however many they are. Names that are not there
  // count as missing; not_found when none is.
  Result<Done> throw_out(const std::vector<std::string>& names);
  Result<Done> bring_back(const std::vector<std::string>& names_in_trash);
  Result<Done> say(std::string what, std::vector<FaceFact>);

  // not_found when there is nothing to take back, or to do again.
  Result<Done> undo();
  Result<Done> redo();
  // What these would take back or do, as it was told; empty: nothing.
  std::string undo_what() const;
  std::string redo_what() const;

  // What holds now, by column and key.
  using Facts = std::map<std::string, std::map<std::string, std::string>>;
  const Facts& facts() const { return facts_; }

 private:
  // A file as it is known again wherever it was moved or renamed to.
  struct Moved {
    std::string from, to;  // relative to the folder
    std::uint64_t bytes = 0;
    std::int64_t time = 0;
  };
  struct Said {
    std::string key, column, before, after;
  };
  struct Entry {
    std::int64_t id = 0, group = 0;
    std::string what;
    std::vector<Moved> moves;
    std::vector<Said> facts;
    std::vector<std::string> seals;  // of what has moves (lib/base/seal.hpp)
    bool undone = false, dropped = false;
  };
  explicit FaceHistory(fs::path folder, JournalFile journal)
      : folder_(std::move(folder)), journal_(std::move(journal)) {}
  static nlohmann::json to_json(const Entry&);
  static Entry entry_of(const nlohmann::json&);
  bool take_line(const nlohmann::json&);
  std::string all_lines() const;
  void hold(const Entry&, bool forward);
  Result<Done> add(Entry, std::span<const Move>, std::size_t missing);
  Result<Done> go(std::int64_t group, bool back);
  // Where the entry's files are now, and where they are to go. bad_file for one that this user did not make here and
  // that leads out of the folder and its trash.
  Result<std::vector<Move>> plan(const Entry&, bool back, std::size_t& missing) const;

  fs::path folder_;
  JournalFile journal_;
  History<Entry> history_;
  Facts facts_;
};

}  // namespace understudy
