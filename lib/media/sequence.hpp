// SPDX-License-Identifier: Apache-2.0
// The manifest of an image sequence that was taken from a video: which file was shown when. With it a sequence becomes
// a video again in the original's time, whatever frames are missing by then (spec pipeline.md W51).
#pragma once

#include <map>
#include <nlohmann/json.hpp>

#include "lib/media/probe.hpp"

namespace understudy::media {

struct Sequence {
  nlohmann::json source;                      // what video it came from: {"name", "bytes", "frames"}
  nlohmann::json options;                     // how it was taken
  Rational time_base;                         // seconds per tick
  std::map<std::string, std::int64_t> ticks;  // by file stem
  bool complete = false;                      // every file has been written
};

// {"name","bytes","frames"} of a video, to tell whether a sequence is still that video's.
nlohmann::json video_identity(const VideoInfo&);
// not_found when there is none; bad_file when it is damaged.
Result<Sequence> read_sequence(const fs::path&);
Result<> write_sequence(const fs::path&, const Sequence&);

}  // namespace understudy::media
