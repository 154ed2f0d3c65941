// SPDX-License-Identifier: Apache-2.0
// Writing an H.264 video with exact frame times, colour tags and the original sound.
#pragma once

#include <functional>
#include <limits>
#include <optional>

#include "lib/image/image.hpp"
#include "lib/media/probe.hpp"

namespace understudy::media {

enum class VideoQuality { crf, bitrate, lossless };

// Which of a file's sound to take, in its own time.
struct SoundPart {
  int track = 0;  // 0 = all, 1 = the first …
  double begin = -std::numeric_limits<double>::infinity(), end = std::numeric_limits<double>::infinity();  // seconds
};

struct VideoOptions {
  Rational time_base{1, 25};   // seconds per tick of TimedImage::tick
  Rational frame_rate{25, 1};  // nominal: the last frame's duration and the encoder's rate control
  Rational pixel_aspect{1, 1};
  VideoQuality quality = VideoQuality::crf;
  double crf = 16;       // 0..51, lower is better
  double megabits = 16;  // per second, with VideoQuality::bitrate
  std::string preset = "medium";
  ColourTags colour{1, 2, 2, false, false};  // of the file to write; matrix 2 is taken as BT.709
  fs::path sound_from;                       // all sound tracks of this file; empty for none
  double sound_shift = 0;                    // seconds added to the sound's times
  SoundPart sound_part;
  bool synthetic = true;  // mark as made by a trained model (lib/media/marking.hpp)
  std::string comment;    // human readable, beside the mark
  int threads = 0;        // 0 = one per core
  std::function<void(const std::string&)> tell =
      {};  // gets sentences on what is done otherwise than asked, at the start
};

struct TimedImage {
  ImageU8 bgr;
  std::int64_t tick = 0;  // presentation time, ascending
};

struct VideoWritten {
  std::int64_t frames = 0;
  int sound_copied = 0;   // tracks
  int sound_encoded = 0;  // tracks turned into AAC, because the container does not take their codec
};

// bad_option, with what can be written, unless the name ends in .mp4, .m4v, .mov or .mkv.
Result<> check_container(const fs::path&);

// Pulls frames until there are none. H.264 in 4:2:0, 8 bit; lossless is RGB H.264 that gives every pixel back. 4:2:0
// needs even sides: an odd picture gets its last row or column doubled. The container follows the extension (mp4, m4v,
// mov, mkv). The final name appears when all is written and synced; an error or a stop in between leaves what was
// there.
Result<VideoWritten> write_video(const fs::path&, const VideoOptions&,
                                 const std::function<Result<std::optional<TimedImage>>()>& next);

}  // namespace understudy::media
