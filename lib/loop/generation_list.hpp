// SPDX-License-Identifier: Apache-2.0
// Which generations a model folder holds, written twice: generations.json lists them all, and beside the files of each
// lies generation-<iteration>.json (generation-<iteration>-<save>.json of an iteration that was saved again), which
// also holds the model's description. Both carry a checksum of themselves, so that no single damaged file can lose a
// model or pass for a sound one.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

struct GenerationFile {
  std::string name;            // a plain file name
  std::uint64_t checksum = 0;  // XXH3-64 of its bytes
  bool operator==(const GenerationFile&) const = default;
};

struct GenerationEntry {
  std::int64_t iteration = 0, batches = 0;
  double seconds = 0;
  std::int64_t save = 0;  // counts the saves of this model: the newest has the largest
  GenerationFile weights, optimizer, history;
  bool operator==(const GenerationEntry&) const = default;
};

// A generation's own note beside its files.
struct GenerationNote {
  GenerationEntry entry;
  nlohmann::json model;  // what model.json said when it was saved
};

// JSON text with "xxh3", the checksum of all else in it; and back, empty when it is damaged. What an older understudy
// wrote has no checksum and passes.
std::string sealed(nlohmann::json);
std::optional<nlohmann::json> unsealed(const std::string& text);

// Whether a file itself is what is wrong. What cannot be read for another reason (a disk that is away, rights, no
// memory) may be sound, and what takes its place when it is passed over would be what the next save keeps.
bool tells_of_damage(const Error&);
// Such an error with the way on: what takes the file's place once somebody moves it away.
Error unreadable(Error, const fs::path& file);

// XXH3-64 of a file of any size, read piece by piece.
Result<std::uint64_t> file_checksum(const fs::path&);

std::string note_name(std::int64_t iteration);  // "generation-120.json"
// The file of that generation's note; where there is none, the one that it would most likely be.
fs::path note_file(const fs::path& folder, const GenerationEntry&);

// Oldest first. Without the file the list is empty; a damaged one is bad_file.
Result<std::vector<GenerationEntry>> read_list(const fs::path& folder);
Result<> write_list(const fs::path& folder, const std::vector<GenerationEntry>&);

// The notes that are whole, oldest save first.
std::vector<GenerationNote> read_notes(const fs::path& folder);
// Of a generation that comes after those `listed`, none of whose notes it replaces: until a list names the new one, a
// kill must leave them theirs.
Result<> write_note(const fs::path& folder, const GenerationNote&, const std::vector<GenerationEntry>& listed);

// What is to be used: the list, or what the notes say when it is damaged or gone (`from_notes` tells). Fails when the
// list is damaged and there is no note.
struct UsableList {
  std::vector<GenerationEntry> entries;
  bool from_notes = false;
};
Result<UsableList> usable_list(const fs::path& folder);
// What may be loaded, the newest last: behind what the list names, that of which only notes tell. A list that belongs
// elsewhere names nothing that is here.
std::vector<GenerationEntry> loadable(const fs::path& folder, const UsableList&);

// Removes what a killed save left and the files of generations that the list does not name; all others stay.
void remove_unlisted(const fs::path& folder, const std::vector<GenerationEntry>&);

// Removes that generation's files and its note, as far as they were written.
void remove_generation(const fs::path& folder, const GenerationEntry&);

// Seconds of training behind the newest generation; 0 when there is none or no model.
double trained_seconds(const fs::path& model);
std::int64_t trained_iterations(const fs::path& model);

}  // namespace understudy
