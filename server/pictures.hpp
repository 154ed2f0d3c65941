// SPDX-License-Identifier: Apache-2.0
// Files of a workspace for a browser: which may be given, and small copies of pictures.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "lib/project/workspace.hpp"
#include "server/http.hpp"

namespace understudy::studio {

// What the trash of a side's faces is called in the workspace, wherever it lies (trash_of()).
fs::path trash_name(const Workspace&, Side);
// The file that a path below the workspace names. Code::not_found for what lies outside, however it is named: through
// "..", or through a link that is not one of the workspace's own folders (data_dst/aligned may lie on another disk).
Result<fs::path> file_of(const Workspace&, const std::string& path);

class Pictures {
 public:
  explicit Pictures(Workspace workspace);
  ~Pictures();
  Pictures(const Pictures&) = delete;
  Pictures& operator=(const Pictures&) = delete;
  // A picture of the workspace whose longer side has at most that many pixels (0: the file as it is). Small copies are
  // kept in .understudy/studio/thumbnails, by the file's size and time; `tag` is theirs.
  Result<Reply> give(const Request&);
  // Removes small copies, those first that nobody has looked at for longest, until the rest takes no more than that
  // many bytes; each frame that was merged anew and each face that was changed left one. Nothing else that lies there.
  void forget_old(std::uint64_t most_bytes) const;
  // The same in the background, with room for some walls of thousands.
  void tidy_up();

 private:
  Result<Bytes> small_copy(const fs::path& picture, int size, const std::string& tag);
  Workspace workspace_;
  fs::path kept_;
  // Pictures are decoded by a few threads at a time: a wall of thousands is asked for at once.
  std::mutex mutex_;
  std::condition_variable free_;
  int at_work_ = 0, most_;
  std::atomic<bool> ending_{false};
  std::thread tidying_;
};

}  // namespace understudy::studio
