// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/frame_contents.hpp"

#include "lib/base/made_files.hpp"
#include "lib/base/system.hpp"

namespace understudy {

FrameContents::FrameContents(const media::FrameSource& source)
    : source_(source), known_(source.is_video() ? 0 : static_cast<std::size_t>(source.count())) {}

void FrameContents::expect(std::int64_t index, const FrameStamp& stamp) {
  if (!source_.is_video()) known_.at(static_cast<std::size_t>(index)).expected = stamp;
}

std::uint64_t FrameContents::bytes(std::int64_t index) const {
  if (source_.is_video()) return 0;
  std::error_code error;
  const auto size = fs::file_size(source_.image_file(index), error);
  return error ? 0 : size;
}

FrameStamp FrameContents::of(std::int64_t index) {
  if (source_.is_video()) return {};
  Known known;
  {
    const std::lock_guard lock(mutex_);
    known = known_.at(static_cast<std::size_t>(index));
  }
  if (known.now) return *known.now;
  const auto& file = source_.image_file(index);
  FrameStamp now{bytes(index), change_stamp(file),
                 0};  // before it is read: what is written meanwhile is noticed next time
  const auto& expected = known.expected;
  if (expected && now.times != 0 && expected->bytes == now.bytes && expected->times == now.times) {
    now.content = expected->content;
  } else if (const auto print = print_of(file)) {
    now.content = print->hash;
  }
  const std::lock_guard lock(mutex_);
  known_.at(static_cast<std::size_t>(index)).now = now;
  return now;
}

}  // namespace understudy
