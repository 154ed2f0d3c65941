// SPDX-License-Identifier: Apache-2.0
// The kinds of files that understudy writes for itself, and the version in which it writes each now (docs/formats.md).
// It reads all versions up to that one and refuses newer ones. Whoever raises a version adds files of the version
// before to tests/old_files, whose test fails until the new one has some too.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace understudy {

struct FileFormat {
  std::string_view name;
  int version = 1;
};

namespace formats {

inline constexpr FileFormat model{"understudy.model", 1};              // model.json
inline constexpr FileFormat generations{"understudy.generations", 2};  // generations.json; 1 had no checksum
inline constexpr FileFormat generation{"understudy.generation", 1};    // generation-<iteration>.json
inline constexpr FileFormat frames{"understudy.frames", 1};            // frames-<side>.json
inline constexpr FileFormat extract{"understudy.extract", 1};          // extract-<side>.jsonl
// extract-<side>.faces; other landmarks since 2. It is no history: another number and the frames are looked at again.
inline constexpr FileFormat faces{"understudy.faces", 2};
inline constexpr FileFormat merge{"understudy.merge", 2};  // merge.json; 1 was a hash of all that made the frames
inline constexpr FileFormat video{"understudy.video", 2};  // video.json; 1 had another hash
inline constexpr FileFormat made{"understudy.made", 1};    // made.jsonl
inline constexpr FileFormat moves{"understudy.moves", 1};  // moves.json
inline constexpr FileFormat sort{"understudy.sort", 1};    // sorts/<n>.json
inline constexpr FileFormat score{"understudy.score", 1};  // score.json
// catalogue.db: another number whenever what is measured, or how, changes; all is then measured again.
inline constexpr FileFormat catalogue{"understudy.catalogue", 2};
inline constexpr FileFormat label_journal{"understudy.label-journal", 1};        // labels/journal.jsonl
inline constexpr FileFormat timeline{"understudy.timeline", 1};                  // merge/<name>.json
inline constexpr FileFormat timeline_journal{"understudy.timeline-journal", 1};  // merge/<name>.journal.jsonl
inline constexpr FileFormat merge_measures{"understudy.merge-measures", 1};      // merge_check.jsonl
inline constexpr FileFormat face_journal{"understudy.face-journal", 1};          // faces/journal.jsonl
// studio/jobs/<job>.json; 1 did not say to which folder on which machine it belongs.
inline constexpr FileFormat studio_job{"understudy.studio-job", 2};
inline constexpr FileFormat model_notes{"understudy.model-notes", 1};  // MODEL/notes.jsonl
inline constexpr FileFormat schema{"understudy.schema", 1};            // what `schema` prints; not a file that is read

inline constexpr std::array all{
    model,          generations,  generation, frames,      extract,   faces,         merge,    video,
    made,           moves,        sort,       score,       catalogue, label_journal, timeline, timeline_journal,
    merge_measures, face_journal, studio_job, model_notes, schema};

}  // namespace formats

// The version that a file's JSON says, 0 if it says none; nothing when it is not of that format. Safe with any JSON,
// whereas json::value() throws where a value is there but of another type.
std::optional<long long> version_in(const nlohmann::json&, const FileFormat&);
}  // namespace understudy
