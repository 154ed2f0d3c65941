// SPDX-License-Identifier: Apache-2.0
// One process at a time: a lock on a file that the system gives back when the process ends, however it ends.
//
// The rule for all verbs: a verb takes every folder in which it changes files, from before it looks at what lies there
// until it ends, and the lock is FOLDER/.understudy/lock (a model folder's is MODEL/lock). What is only read is not
// locked. A verb that writes single files takes these. Who holds a lock is written into it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lib/base/files.hpp"

namespace understudy {

class FileLock {
 public:
  // Code::busy when another process holds it, in a sentence that names the folder, the process, its machine and since
  // when. The file is made when missing and goes with the lock, as does a folder .understudy in which nothing else
  // lies.
  static Result<FileLock> take(const fs::path&);
  // The same with the name of what it stands for.
  static Result<FileLock> take(const fs::path&, const fs::path& what);
  // Tells it where its file is now, when the folder in which it lies was moved.
  void moved_to(const fs::path&);

 private:
  struct Held;
  explicit FileLock(std::shared_ptr<Held>);
  std::shared_ptr<Held> held_;
};

// Who holds a lock, as its file says; nothing where nobody does.
struct LockHolder {
  int process = 0;
  std::string machine;  // host_name() there
};
std::optional<LockHolder> lock_holder(const fs::path& lock);

// Takes a folder for changing what lies in it; the folder is made when it is missing.
Result<FileLock> lock_folder(const fs::path& folder);
// Takes a single file in a folder that is nobody's: the lock is .understudy/NAME.lock beside it.
Result<FileLock> lock_file(const fs::path&);

}  // namespace understudy
