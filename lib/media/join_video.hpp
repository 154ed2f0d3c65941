// SPDX-License-Identifier: Apache-2.0
// Videos put one behind the other without encoding them again.
#pragma once

#include <vector>

#include "lib/media/write_video.hpp"

namespace understudy::media {

struct VideoPart {
  fs::path file;          // of write_video(), with the same options as the others, without sound
  std::int64_t tick = 0;  // when it begins, in options.time_base; ascending
};

// As if write_video() had written all frames at once: sound, marks, timecode and comment are those of the options. All
// or nothing. bad_file when a part cannot be read.
Result<VideoWritten> join_video(const fs::path&, const VideoOptions&, const std::vector<VideoPart>&);

}  // namespace understudy::media
