// SPDX-License-Identifier: Apache-2.0
// Timecode as it is counted (SMPTE ST 12-1): names of frames that look like times.
#pragma once

#include <string>

#include "lib/media/probe.hpp"

namespace understudy::media {

// The timecode so many frames behind `first`: "01:00:00:00", or with a ';' before the frames for drop frame, which at
// 29.97 and 59.94 frames a second leaves out the first two or four numbers of each minute but every tenth. It goes on
// from zero at midnight. Empty where `first` is none, or none of that rate.
std::string timecode_after(const std::string& first, std::int64_t frames, Rational rate);
// Of a frame of the video, counted from its first one's; by the clock where its rate varies. Empty when it has none.
std::string timecode_of(const VideoInfo&, std::int64_t frame);

}  // namespace understudy::media
