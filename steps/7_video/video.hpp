// SPDX-License-Identifier: Apache-2.0
// Step 7: merged frames into the finished video, in the time and with the sound of the destination video.
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/7_video/options.hpp"

namespace understudy {

struct VideoPaths {
  std::filesystem::path frames;     // folder of images
  std::filesystem::path mattes;     // folder of masks of the same names, for options.alpha
  std::filesystem::path reference;  // video; may be empty: then options.fps gives the timing and there is no sound
  std::filesystem::path manifest;   // of step 1 for those frames; need not exist
  std::filesystem::path result;     // out
  std::filesystem::path state;      // .understudy/video.json: what the result was made of
};

struct VideoReport {
  std::int64_t frames = 0;
  std::int64_t missing = 0;             // frames of the reference without an image: the one before is shown longer
  std::vector<std::string> unreadable;  // image names, left out likewise
  std::vector<std::string> extra;       // names of images that are none of the reference's frames: not shown
  int sound_copied = 0, sound_encoded = 0;
  double frames_per_second = 0;  // nominal
  double duration = 0;           // seconds
  bool up_to_date = false;       // nothing had to be done
  double seconds = 0;
};
std::string to_json_text(const VideoReport&);

// How many pictures may be read ahead of the encoder, when one takes that many bytes.
std::size_t pictures_ahead(std::uint64_t bytes_of_one, unsigned threads);

// The result is marked as synthetic. It appears whole or not at all.
Result<VideoReport> encode_video(const VideoEncodeOptions&, const VideoPaths&, Run&);

}  // namespace understudy
