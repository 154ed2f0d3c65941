// SPDX-License-Identifier: Apache-2.0
// A new, empty folder for as long as the object lives, then removed with all that is in it. For tests and benchmarks.
#pragma once

#include "lib/base/files.hpp"

namespace understudy {

class ScratchFolder {
 public:
  ScratchFolder();  // throws when the system's folder for temporary files cannot be written
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const fs::path path;
};

}  // namespace understudy
