// SPDX-License-Identifier: Apache-2.0
// The labels and masks of a folder's faces, opened for changing: operations in, face files and journal kept in step.
#pragma once

#include <functional>
#include <mutex>
#include <unordered_map>

#include "lib/face/labels/journal.hpp"

namespace understudy {

// Of the face's picture and landmarks, without its labels, mask and name: the journal knows a face by it after a sort.
Result<std::uint64_t> face_identity(std::span<const std::uint8_t> jpeg, const FaceInfo&);

// One change to the user, of one face or of many: what one undo takes back.
struct LabelChange {
  std::int64_t group = 0;
  std::string what;  // "remove labels"
  // In all the faces that are given to one apply(), or in none of them: a failure of one is that of all, and what a
  // kill leaves is done by whoever changes the folder next.
  bool whole = false;
};

// The folder must have been taken (take_faceset) and its faces must lie loose; names are relative to it, "person/a.jpg"
// too. Everything but open() may be called by several threads at once, for different faces.
class LabelBook {
 public:
  static Result<LabelBook> open(const fs::path& folder);

  // A face as it was read, for whoever looks at its picture before it is changed.
  struct Loaded {
    std::string name;
    fs::path path;
    Bytes jpeg;
    FaceInfo info;
    FaceLabels labels;
    std::uint64_t identity = 0;
    std::uintmax_t bytes = 0;  // of the file, with its time: whether it is still the one that was read
    fs::file_time_type time;
  };
  Result<Loaded> load(const std::string& face) const;

  Result<FaceLabels> labels(const std::string& face) const;

  LabelChange begin(std::string what) { return {journal_.new_group(), std::move(what)}; }
  struct Applied {
    bool changed = false;
    std::string gave_way;  // of the metadata, see fit_metadata()
  };
  // All operations or none. The journal has them before the face is written, all or nothing; its pixels stay. The
  // operations are not checked by check_operation().
  Result<Applied> apply(const LabelChange&, const std::string& face, std::span<const LabelOperation>);

  struct Wanted {
    Loaded face;  // read anew when the file has changed since
    std::vector<LabelOperation> operations;
    std::optional<double> uncertainty;  // of the network that made the mask
  };
  // Calls work(i) for all i < count, in any order and by any number of threads; a failure ends it.
  using Loop = std::function<Result<>(std::size_t count, const std::function<Result<>(std::size_t)>& work)>;
  static Result<> one_by_one(std::size_t count, const std::function<Result<>(std::size_t)>& work);
  // The same for different faces at once: the journal has them all, in this order, before the first is written. What
  // one face does not take is its own failure; a disk that does not take them is that of all.
  Result<std::vector<Result<Applied>>> apply(const LabelChange&, std::vector<Wanted>, const Loop& = one_by_one);

  struct Refused {
    std::string face, why;
  };
  // A whole change that a killed run left in the middle, done in its other faces too; apply() calls it.
  struct Finished {
    std::vector<LabelEntry> entries;
    std::vector<Refused> refused;  // as of Undone
  };
  Result<std::optional<Finished>> finish();

  struct Undone {
    std::string what;  // of the change
    std::vector<std::string> faces;
    std::vector<Refused> refused;  // not there any more, or changed by something else since: left as they are
  };
  // The last change that is not taken back yet, of the folder, or of one face; not_found when there is none. Each face
  // on its own: a run that is stopped or killed in between is completed by the next undo.
  Result<Undone> undo(const std::optional<std::string>& face = {}, const Loop& = one_by_one);
  Result<Undone> redo(const std::optional<std::string>& face = {}, const Loop& = one_by_one);

 private:
  // A face on its way: the journal's entry first, then the file.
  struct Ready {
    LabelJournal::Addition addition;
    fs::path path;
    std::optional<Bytes> file;  // none where only the open polygon changed
    std::string gave_way;
  };
  LabelBook(fs::path folder, LabelJournal journal) : folder_(std::move(folder)), journal_(std::move(journal)) {}
  Result<std::optional<Ready>> prepare(const LabelChange&, Wanted) const;
  // The face's name now; nothing when it is nowhere in the folder.
  std::optional<std::string> locate(const LabelEntry&);
  void find_names();
  Result<std::vector<LabelEntry>> entries_of(const std::string& face, bool undone) const;
  Result<Undone> go(std::vector<LabelEntry>, bool back, const Loop&);
  // An empty text, or why not.
  Result<std::string> go_one(const LabelEntry&, bool back);

  fs::path folder_;
  LabelJournal journal_;
  std::optional<std::unordered_map<std::uint64_t, std::string>> names_;  // by identity, once one had to be looked for
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
  bool all_finished_ = false;
  std::unique_ptr<std::mutex> finishing_ = std::make_unique<std::mutex>();
};

}  // namespace understudy
