// SPDX-License-Identifier: Apache-2.0
// One process at a time: a lock on a file that the system gives back when the process ends, however it ends.
#pragma once

#include <memory>

#include "lib/base/files.hpp"

namespace understudy {

class FileLock {
 public:
  // Code::busy when another process holds it. The file is made when missing and stays.
  static Result<FileLock> take(const fs::path&);

 private:
  explicit FileLock(int descriptor);
  std::shared_ptr<int> descriptor_;
};

}  // namespace understudy
