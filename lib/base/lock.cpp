// SPDX-License-Identifier: Apache-2.0
#include "lib/base/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace understudy {

FileLock::FileLock(int descriptor)
    : descriptor_(new int(descriptor), [](int* d) {
        ::close(*d);
        delete d;
      }) {}

Result<FileLock> FileLock::take(const fs::path& path) {
  if (path.has_parent_path()) TRY_VOID(make_folders(path.parent_path()));
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return fail(Code::io, "Cannot write {}: {}", path.string(), std::strerror(errno));
  FileLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return fail_with_hint(Code::busy, fmt::format("{} is in use by another understudy", path.parent_path().string()),
                          "Wait until it ends, or stop it.");
  }
  return lock;
}

}  // namespace understudy
