// SPDX-License-Identifier: Apache-2.0
// For tests: clips whose frames are plain greys.
#pragma once

#include <vector>

#include "lib/media/write_video.hpp"

namespace understudy::media {

struct GreyFrame {
  int grey;
  std::int64_t ticks;
};

inline Result<VideoWritten> write_greys(const fs::path& path, const VideoOptions& options, int width, int height,
                                        const std::vector<GreyFrame>& frames) {
  std::size_t i = 0;
  return write_video(path, options, [&]() -> Result<std::optional<TimedImage>> {
    if (i == frames.size()) return std::optional<TimedImage>();
    const auto [grey, ticks] = frames[i++];
    return std::optional(TimedImage{ImageU8(width, height, 3, static_cast<std::uint8_t>(grey)), ticks});
  });
}

}  // namespace understudy::media
