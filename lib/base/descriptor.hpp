// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

namespace understudy {

// A file of the system's that is open, or none (negative); closed with it. A part of system.hpp.
class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return file_; }

 private:
  int file_;
};

}  // namespace understudy
