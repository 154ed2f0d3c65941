// SPDX-License-Identifier: Apache-2.0
// When frames are shown in a file that is made from another.
#pragma once

#include "lib/media/probe.hpp"

namespace understudy::media {

struct FrameTimes {
  Rational time_base;               // seconds per tick
  std::vector<std::int64_t> ticks;  // one a frame of the video, ascending
  Rational frame_rate;              // nominal
};

// The video's own times, unless they are those of a constant rate that its time base could not hold: Matroska writes
// whole milliseconds, so that 24000/1001 frames a second trembles there. Then they are whole frames at that rate.
FrameTimes frame_times(const VideoInfo&);

}  // namespace understudy::media
