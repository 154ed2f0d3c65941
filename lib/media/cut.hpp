// SPDX-License-Identifier: Apache-2.0
// A part of a video without decoding it: packets are copied, so nothing is lost and it takes a moment.
#pragma once

#include "lib/media/write_video.hpp"

namespace understudy::media {

struct Cut {
  double from = 0, to = 0;  // seconds on the file's clock; where the copied pictures begin and end
  std::int64_t frames = 0;
  int sound_tracks = 0;
};

// Pictures can begin at key frames only: the part begins at the last one at or before `from`, and ends with the first
// group of frames that reaches `to`. `sound` false leaves all sound out. The container follows the extension and should
// be the input's kind. All or nothing. bad_option when the time lies behind the end, or
// the container does not take what is to be copied. `before_rename`: as write_through() has it.
Result<Cut> copy_part(const fs::path& input, const fs::path& output, double from, double to, bool sound,
                      int sound_track, const std::function<Result<>()>& before_rename = {});

}  // namespace understudy::media
