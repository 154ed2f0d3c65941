// SPDX-License-Identifier: Apache-2.0
// Sets of frames as people write them: "100-250,300".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"

namespace understudy {

// Both ends belong to it. Index of the frame in its clip, from 0.
struct FrameRange {
  std::int64_t first = 0, last = 0;
  bool operator==(const FrameRange&) const = default;
};
constexpr std::int64_t most_frames = 100'000'000;  // a month at 30 a second; more is a typing slip or a bad file

// In the text frames count from 1, as their file names do: "1" is index 0. Sorted, joined where they touch or overlap.
// bad_option in one sentence.
Result<std::vector<FrameRange>> parse_frames(std::string_view text);
std::string frames_text(const std::vector<FrameRange>&);
// Sorted and joined.
std::vector<FrameRange> joined_ranges(std::vector<FrameRange>);
bool has_frame(const std::vector<FrameRange>& sorted, std::int64_t frame);
std::int64_t frames_in(const std::vector<FrameRange>&);

}  // namespace understudy
