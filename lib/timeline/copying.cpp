// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/copying.hpp"

#include <algorithm>
#include <iterator>

namespace understudy {
namespace {

// What a frame would be without what is set for it singly.
std::string below(const Timeline& timeline, const Row& row, std::int64_t frame, const Timeline& without_frames) {
  return timeline.frames.contains(frame) ? resolve(without_frames, row, frame, {}).value
                                         : resolve(timeline, row, frame, {}).value;
}

}  // namespace

SetFrames copy_settings(const Timeline& timeline, std::int64_t from, const std::vector<FrameRange>& to) {
  Timeline without = timeline;
  without.frames.clear();
  const auto single = timeline.frames.find(from);
  SetFrames copy;
  for (const auto& row : setting_rows()) {
    const auto wanted = resolve(timeline, row, from, {}).value;
    const bool own = single != timeline.frames.end() && single->second.contains(row.key);
    const std::size_t begin = copy.values.size();
    for (const auto& range : to) {
      for (auto frame = range.first; frame <= range.last; ++frame) {
        if (frame == from) continue;
        // A person's own value would show through where nothing is set, so what is set for one frame is for the other.
        const bool needed = own || below(timeline, row, frame, without) != wanted;
        const auto value = needed ? std::optional(wanted) : std::nullopt;
        if (copy.values.size() > begin && copy.values.back().value == value &&
            copy.values.back().frames.last + 1 == frame)
          copy.values.back().frames.last = frame;
        else
          copy.values.push_back({{frame, frame}, row.key, value});
      }
    }
  }
  return copy;
}

}  // namespace understudy
