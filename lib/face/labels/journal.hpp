// SPDX-License-Identifier: Apache-2.0
// The list of all that was done to the labels of a folder's faces, FOLDER/.understudy/labels/journal.jsonl: a line is
// on the disk before the face is changed, with the operations that take it back, so undo and redo survive a restart and
// a kill. Masks lie beside it, <group>.masks, for they are not text.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "lib/face/labels/operations.hpp"

namespace understudy {

// Tells two states of a face's labels apart.
struct LabelDigest {
  std::uint64_t polygons = 0, mask = 0;
  bool operator==(const LabelDigest&) const = default;
};
LabelDigest digest_of(const FaceLabels&);

struct LabelEntry {
  std::int64_t id = 0;
  std::int64_t group = 0;      // entries of one group are one change to the user
  std::string what;            // "remove labels"
  std::string face;            // its name in the folder at that time
  std::uint64_t identity = 0;  // of picture and landmarks, whatever the name: see face_identity()
  LabelDigest before, after;
  std::optional<Polygon> open_before, open_after;
  std::optional<double> uncertainty;  // of the network that made the mask of `after`, 0..1 (see uncertainty())
  std::string forward, backward;      // the operations as JSON
  // Of a change that is done in all its faces or in none: how many entries it has, until it is known to be done.
  std::int64_t together = 0;
  bool undone = false;
  bool dropped = false;  // undone, and something else done since: there is no way forward
};

// Thread-safe but for open().
class LabelJournal {
 public:
  // A missing journal is empty; a torn or damaged line is passed over, and what was to be done together with it. The
  // oldest groups are dropped beyond some 64 MB of text or 1 GB of masks. newer_version when a later version wrote it.
  static Result<LabelJournal> open(const fs::path& folder);
  LabelJournal(LabelJournal&&) noexcept;
  LabelJournal& operator=(LabelJournal&&) noexcept;
  ~LabelJournal();

  std::int64_t new_group();
  struct Addition {
    LabelEntry entry;  // id, forward and backward are filled in by add()
    std::vector<LabelOperation> forward, backward;
  };
  // All of one group, and on the disk when it returns: two waits for it, however many they are.
  Result<> add(std::vector<Addition>);
  Result<> mark(std::int64_t id, bool undone);
  // Entries whose `together` stands still and that are not undone, oldest first; and that those of a group are done.
  std::vector<LabelEntry> unfinished() const;
  Result<> finished(std::int64_t group);
  Result<std::vector<LabelOperation>> operations(const LabelEntry&, bool forward) const;

  // Those of one face, oldest first, without dropped ones.
  std::vector<LabelEntry> of_face(std::uint64_t identity) const;
  // What the network that made a mask said of it, as long as the journal remembers: by the face's and the mask's
  // content, so that neither another name nor an undo in between matters. Nothing for masks of other origin.
  std::optional<double> uncertainty(std::uint64_t identity, const Bytes& mask) const;
  // The last group that has something that is not undone, or the first that has something undone: those entries.
  std::vector<LabelEntry> last_done() const;
  std::vector<LabelEntry> first_undone() const;

 private:
  struct Parts;
  explicit LabelJournal(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

}  // namespace understudy
