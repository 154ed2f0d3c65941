// SPDX-License-Identifier: Apache-2.0
// Inner part of the pickle reader: a pickle's bytes from front to back.
#pragma once

#include <algorithm>

#include "lib/base/ndarray.hpp"

namespace understudy::pickle {

// All in memory, or of a part of a file as much as is being looked at.
class Input {
 public:
  explicit Input(Bytes whole) : window_(std::move(whole)) {}
  Input(fs::path file, std::uint64_t offset, std::uint64_t size)
      : file_(std::move(file)), next_(offset), end_(offset + size) {}

  // Sees to it that that many bytes are at hand, or all that are left.
  Result<> want(std::uint64_t size) {
    if (size <= at_hand() || next_ == end_) return {};
    const std::uint64_t more = std::min(std::max(size - at_hand(), least), end_ - next_);
    TRY(const Bytes part, read_range(file_, next_, more));
    next_ = part.size() < more ? end_ : next_ + more;
    Bytes joined(rest().begin(), rest().end());
    joined.insert(joined.end(), part.begin(), part.end());
    before_ += at_;
    at_ = 0;
    window_ = Blob(std::move(joined));
    return {};
  }
  std::uint64_t at_hand() const { return window_.size() - at_; }
  std::span<const std::uint8_t> rest() const { return window_.span().subspan(at_); }
  // Of what is at hand. The bytes stay as long as the Blob.
  Blob take(std::uint64_t size) {
    at_ += size;
    return window_.slice(at_ - size, size);
  }
  void skip(std::uint64_t size) { at_ += size; }
  std::uint64_t position() const { return before_ + at_; }

 private:
  static constexpr std::uint64_t least = std::uint64_t{1} << 22;  // bytes read at once
  Blob window_;
  std::size_t at_ = 0;        // in the window
  std::uint64_t before_ = 0;  // bytes before the window
  fs::path file_;
  std::uint64_t next_ = 0, end_ = 0;  // what of the file is not in the window yet
};

}  // namespace understudy::pickle
