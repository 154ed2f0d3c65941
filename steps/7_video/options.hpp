// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/project/video_names.hpp"

namespace understudy {

enum class BitDepth { automatic, eight, ten };
template <>
struct Names<BitDepth> {
  static constexpr std::array all{"auto", "8", "10"};
};

struct VideoEncodeOptions {
  media::VideoCodec codec = media::VideoCodec::h264;
  BitDepth bit_depth = BitDepth::automatic;
  bool alpha = false;
  media::VideoQuality quality = media::VideoQuality::crf;
  double crf = 16;
  double bitrate = 16;
  std::string preset = "medium";
  double fps = 0;
  bool sound = true;
  bool mask = false;
  bool redo = false;
  std::filesystem::path input;
  std::filesystem::path reference;
  std::filesystem::path output;
};

template <>
constexpr auto describe<VideoEncodeOptions>() {
  return std::tuple{
      field("codec", &VideoEncodeOptions::codec)
          .says("Codec", "h264 and h265 (4:2:0), or prores: Apple ProRes 4444 for editing, in .mov or .mkv."),
      field("bit-depth", &VideoEncodeOptions::bit_depth)
          .says(
              "Bit depth",
              "Bits of a channel; auto: 10 with h265 when the frames have 16, else 8. H.264 has 8, ProRes always 10."),
      field("alpha", &VideoEncodeOptions::alpha)
          .says("Alpha", "With prores: the merged masks as the video's alpha, not multiplied into the colours."),
      field("quality", &VideoEncodeOptions::quality)
          .says("Quality",
                "crf: constant quality; bitrate: constant data rate; lossless: every pixel kept, in RGB H.264 (8 bits) "
                "or H.265 (10). ProRes has a quality of its own."),
      field("crf", &VideoEncodeOptions::crf)
          .says("CRF", "With quality crf: lower is better and larger; 16 is hard to tell from the frames.")
          .range(0, 51),
      field("bitrate", &VideoEncodeOptions::bitrate)
          .says("Bit rate", "With quality bitrate: megabits a second.")
          .range(0.1, 1000),
      field("preset", &VideoEncodeOptions::preset)
          .says("Encoder preset", "x264's and x265's, from ultrafast to veryslow: slower makes smaller files.")
          .advanced(),
      field("fps", &VideoEncodeOptions::fps)
          .says("Frames per second", "0 takes every frame's time from the reference video.")
          .range(0, 1000),
      field("sound", &VideoEncodeOptions::sound).says("Sound", "Copy the reference video's sound."),
      field("mask", &VideoEncodeOptions::mask).says("Mask", "Encode the merged masks in place of the merged frames."),
      field("redo", &VideoEncodeOptions::redo).says("Encode again", "Even when the video is up to date."),
      field("input", &VideoEncodeOptions::input)
          .says("Input", "Folder of frames, in place of the workspace's merged folder."),
      field("reference", &VideoEncodeOptions::reference)
          .says("Reference", "Video that gives timing, colour tags and sound; by default the workspace's data_dst."),
      field("output", &VideoEncodeOptions::output)
          .says("Output", "Video to write (.mp4, .mov, .mkv, .avi), in place of the workspace's result.mp4."),
  };
}
static_assert(all_described<VideoEncodeOptions>);

}  // namespace understudy
