// SPDX-License-Identifier: Apache-2.0
// Writing a video with exact frame times, colour tags, timecode and the original sound.
#pragma once

#include <functional>
#include <limits>
#include <optional>

#include "lib/image/image.hpp"
#include "lib/media/probe.hpp"

namespace understudy::media {

enum class VideoQuality { crf, bitrate, lossless };
// prores: Apple ProRes 4444, 10 bits in 4:4:4, with alpha where the pictures have one.
enum class VideoCodec { h264, h265, prores };

// Which of a file's sound to take, in its own time.
struct SoundPart {
  int track = 0;  // 0 = all, 1 = the first …
  double begin = -std::numeric_limits<double>::infinity(), end = std::numeric_limits<double>::infinity();  // seconds
};

struct VideoOptions {
  Rational time_base{1, 25};   // seconds per tick of TimedImage::tick
  Rational frame_rate{25, 1};  // nominal: the last frame's duration and the encoder's rate control
  Rational pixel_aspect{1, 1};
  VideoCodec codec = VideoCodec::h264;
  int bits = 8;                              // of a channel: 8, or 10 with h265; ProRes has always 10
  VideoQuality quality = VideoQuality::crf;  // ProRes has its own
  double crf = 16;                           // 0..51, lower is better
  double megabits = 16;                      // per second, with VideoQuality::bitrate
  std::string preset = "medium";
  ColourTags colour{1, 2, 2, false, false};  // of the file to write; matrix 2 is taken as BT.709
  HdrLight light;                            // of PQ: told in mp4, mov and mkv, and by H.265 itself
  fs::path sound_from;                       // all sound tracks of this file; empty for none
  double sound_shift = 0;                    // seconds added to the sound's times
  SoundPart sound_part;
  bool synthetic = true;  // mark as made by a trained model (lib/media/marking.hpp)
  std::string comment;    // human readable, beside the mark
  std::string timecode;   // "01:00:00:00" of the first frame, where the container keeps one (mp4, mov); empty for none
  int threads = 0;        // 0 = one per core
  std::function<void(const std::string&)> tell =
      {};                                        // gets sentences on what is done otherwise than asked, at the start
  std::function<Result<>()> before_rename = {};  // as write_through() has it
};

// One of the two pictures; BGR. The deep one may have straight alpha as its fourth channel, which only ProRes keeps.
struct TimedImage {
  ImageU8 bgr;
  std::int64_t tick = 0;  // presentation time, ascending
  ImageU16 deep = {};
};

struct VideoWritten {
  std::int64_t frames = 0;
  int sound_copied = 0;   // tracks
  int sound_encoded = 0;  // tracks turned into AAC, because the container does not take their codec
};

// bad_option, with what can be written, unless the name ends in .mp4, .m4v, .mov, .mkv or .avi and that container takes
// the codec.
Result<> check_container(const fs::path&, VideoCodec = VideoCodec::h264);

// Pulls frames until there are none. H.264 and H.265 in 4:2:0; lossless is RGB that gives every pixel back: H.264 at 8
// bits, H.265 at 10. 4:2:0 needs even sides: an odd picture gets its last row or column doubled. The container follows
// the extension; an AVI has one frame rate, so times are rounded to it and that is told. The final name appears when
// all is written and synced; an error or a stop in between leaves what was there.
Result<VideoWritten> write_video(const fs::path&, const VideoOptions&,
                                 const std::function<Result<std::optional<TimedImage>>()>& next);

}  // namespace understudy::media
