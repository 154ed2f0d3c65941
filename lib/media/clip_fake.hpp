// SPDX-License-Identifier: Apache-2.0
// For tests: clips whose frames are plain greys, and a tone.
#pragma once

#include <cmath>
#include <vector>

#include "lib/media/wav.hpp"
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

inline Result<> write_tone(const fs::path& path, double seconds) {
  constexpr int rate = 44100;
  std::vector<std::int16_t> samples(static_cast<std::size_t>(rate * seconds));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<std::int16_t>(8000 * std::sin(static_cast<double>(i) * 0.06));
  return write_file(path, wav_file(samples, rate));
}

}  // namespace understudy::media
