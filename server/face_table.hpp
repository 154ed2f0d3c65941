// SPDX-License-Identifier: Apache-2.0
// The faces of a side with all that is known of them, in memory: read again when the folder, the catalogue or what the
// user said of the faces has changed.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "lib/catalogue/reader.hpp"
#include "lib/project/face_history.hpp"
#include "lib/project/workspace.hpp"
#include "lib/selection/face_key.hpp"
#include "lib/selection/said.hpp"

namespace understudy::studio {

// Never changed once it is there.
struct FaceTable {
  Side side = Side::src;
  fs::path folder;
  std::uint64_t version = 0;                                  // another whenever anything of it is another
  std::vector<CatalogueEntry> entries;                        // by name; the person is the user's where he said one
  std::vector<std::uint32_t> ids;                             // of each entry: the same as long as its file is
  std::unordered_map<std::uint32_t, std::uint32_t> place_of;  // id -> index
  std::vector<std::uint32_t> reasons;                         // of each entry, see reasons_of()
  std::map<int, std::string> person_names;
  std::size_t unmeasured = 0;
  std::string trouble;     // why nothing is known, where that is so
  std::string undo, redo;  // what would be taken back, or done again
};
using FaceTablePtr = std::shared_ptr<const FaceTable>;

// Changes with the file, so that a browser may keep its picture for good.
std::string version_of(const CatalogueEntry&);

class FaceTables {
 public:
  explicit FaceTables(Workspace);
  // Empty where there is no folder.
  Result<FaceTablePtr> of(Side);
  // After a change by this server: the next who asks sees it, however short ago the folder was looked at.
  void look_again(Side);
  // What the user's words of a face are kept under. The file of one that is not measured yet is asked for it.
  std::string key_of(const FaceTable&, std::uint32_t at);
  // The pictures' blocks, of each entry; nothing where the catalogue has none. Some tenths of a second for 50,000.
  std::vector<std::optional<Blocks>> blocks(const FaceTable&);
  // Of this run of the server: ids of another mean other faces.
  const std::string& epoch() const { return epoch_; }
  const Workspace& workspace() const { return workspace_; }

 private:
  struct Kept {
    std::uint64_t folder = 0, journal = 0;  // stamps
    std::int64_t catalogue = -1;
    bool settled = false;  // else the folder may have changed within the tick of its own time
    std::chrono::steady_clock::time_point looked{};
    std::vector<CatalogueEntry> known, aside;
    std::unordered_map<std::string, std::uint32_t> ids;   // by file
    std::unordered_map<std::string, FaceOrigin> origins;  // by file, of those that are not measured
    FaceTablePtr table;
  };
  std::string open_reader();
  static void lay_over(Kept&, FaceTable&, const FaceHistory&);
  FaceTablePtr build(Side, Kept&, std::vector<CatalogueEntry>, std::string trouble);

  Workspace workspace_;
  std::string epoch_;
  std::mutex mutex_;
  std::optional<CatalogueReader> reader_;
  std::int64_t opened_ = 0;  // how often
  std::map<Side, Kept> kept_;
  std::uint32_t last_id_ = 0;
  std::uint64_t last_version_ = 0;
};

}  // namespace understudy::studio
