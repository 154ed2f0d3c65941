// SPDX-License-Identifier: Apache-2.0
// What the image files of a source hold, to notice a changed one: an uncompressed picture keeps its size when it
// changes.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "lib/media/frame_source.hpp"

namespace understudy {

struct FrameStamp {
  std::uint64_t bytes = 0;    // of the file
  std::uint64_t times = 0;    // change_stamp(): the same says that nothing was changed, another one says nothing yet
  std::uint64_t content = 0;  // XXH3-64 of the file
};

class FrameContents {
 public:
  explicit FrameContents(const media::FrameSource&);
  // What an earlier run knew of a frame; to be told before that frame is asked for.
  void expect(std::int64_t index, const FrameStamp&);
  // Of the file as it was when it was first asked for; it is read only when its size or times are not those expected.
  // Zeros for frames of a video, and a content of 0 for a file that cannot be read. Thread-safe.
  FrameStamp of(std::int64_t index);
  std::uint64_t bytes(std::int64_t index) const;  // without a look into the file

 private:
  struct Known {
    std::optional<FrameStamp> expected, now;
  };
  const media::FrameSource& source_;
  std::vector<Known> known_;
  std::mutex mutex_;
};

}  // namespace understudy
