// SPDX-License-Identifier: Apache-2.0
// What a video file is: size, timing, colour, sound. Reads the whole file's packets once, so the frame count is exact.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/media/hdr_light.hpp"

namespace understudy::media {

struct Rational {
  int num = 0;
  int den = 1;
  double value() const { return den == 0 ? 0.0 : static_cast<double>(num) / den; }
  bool operator==(const Rational&) const = default;
};

// Code points of ITU-T H.273, as FFmpeg and the containers store them; 2 = not stated.
struct ColourTags {
  int matrix = 2;  // 1 = BT.709, 5 and 6 = BT.601, 9 = BT.2020; never 2 after a probe of a YUV stream
  int primaries = 2;
  int transfer = 2;
  bool full_range = false;
  bool matrix_assumed = false;  // the file did not say: BT.709 was taken from 720 lines on, else BT.601
  bool operator==(const ColourTags&) const = default;
};
// "BT.709, limited range (assumed: the file does not say)"
std::string to_text(const ColourTags&);

// How a stored picture is turned and mirrored for display: x' = xx*x + xy*y, y' = yx*x + yy*y (plus what makes it >=
// 0).
struct Orientation {
  int xx = 1, xy = 0, yx = 0, yy = 1;
  bool swaps_sides() const { return xx == 0; }
  bool operator==(const Orientation&) const = default;
};

struct VideoInfo {
  fs::path path;
  std::string container, codec;
  int width = 0;  // as shown: after rotation
  int height = 0;
  Orientation orientation;
  Rational pixel_aspect{1, 1};  // as stored (before rotation)
  Rational frame_rate;          // nominal; with variable_rate the average
  bool variable_rate = false;
  Rational time_base;               // seconds per tick of `ticks`
  std::vector<std::int64_t> ticks;  // presentation time of each frame, ascending: ticks.size() is the frame count
  double duration = 0;              // seconds, first frame's start to last frame's end
  ColourTags colour;        // of the file; what the decoder gives is tags_when_decoded() (lib/media/tone_map.hpp)
  HdrLight light;           // of PQ, as the container tells it; a FrameSource asks the first frame, too
  int bit_depth = 8;        // of a channel
  std::string timecode;     // of the first frame, "01:00:00:00" or with a ';' (drop frame); empty when there is none
  bool interlaced = false;  // frames are made of two fields, taken one after the other
  std::vector<std::string> remarks;  // sentences on what is odd about the file: cut short, joined, interlaced
  int sound_tracks = 0;
  double sound_start = 0;  // seconds, of the first sound track, on the clock of `ticks`
  std::int64_t count() const { return static_cast<std::int64_t>(ticks.size()); }
};

// Errors: not_found; bad_file for no video, a file without a picture stream, a file that was cut short.
Result<VideoInfo> probe(const fs::path&);

std::string library_version();  // FFmpeg's, for doctor

}  // namespace understudy::media
