// SPDX-License-Identifier: Apache-2.0
// What a compositor is told of each frame's place in dst: rate and timecode.
#pragma once

#include "lib/media/frame_source.hpp"

namespace understudy {

class FrameClock {
 public:
  // Those of the source, if it is a video. Else those of `video`, which its images were taken from: found by the
  // manifest of step 1 where that is this video's, else by the numbers that they bear. Either file need not be there.
  static FrameClock of(const media::FrameSource&, const fs::path& video, const fs::path& manifest);

  double frame_rate() const { return rate_; }  // 0: not known
  const std::string& timecode(std::int64_t index) const { return codes_[static_cast<std::size_t>(index)]; }  // or empty
  // Another number where anything told is another.
  std::uint64_t content() const;

 private:
  double rate_ = 0;
  std::vector<std::string> codes_;  // by frame of the source
};

}  // namespace understudy
