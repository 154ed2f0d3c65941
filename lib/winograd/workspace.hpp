// SPDX-License-Identifier: Apache-2.0
// Working memory and the threads of LibTorch, without its headers.
#pragma once

#include <cstddef>
#include <functional>

namespace understudy::winograd {

// Memory for floats, at a cache line's start, of LibTorch's allocator; not set to anything.
class Floats {
 public:
  explicit Floats(std::size_t count);
  ~Floats();
  Floats(const Floats&) = delete;
  Floats& operator=(const Floats&) = delete;
  float* data() const { return data_; }

 private:
  float* data_;
};

}  // namespace understudy::winograd
