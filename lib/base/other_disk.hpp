// SPDX-License-Identifier: Apache-2.0
// A folder on another file system than a test's own, removed with all that is in it: what can be had without being
// root.
#pragma once

#include "lib/base/child.hpp"
#include "lib/base/moves.hpp"

namespace understudy {

class OtherDisk {
 public:
  explicit OtherDisk(const fs::path& own) : path(fs::path("/dev/shm") / ("understudy-test-" + random_hex(8))) {
    std::error_code error;
    fs::create_directories(path, error);
    found = !error && !on_one_disk(path, own);
  }
  ~OtherDisk() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  OtherDisk(const OtherDisk&) = delete;
  OtherDisk& operator=(const OtherDisk&) = delete;

  const fs::path path;
  bool found = false;  // else there is only one disk here
};

}  // namespace understudy
