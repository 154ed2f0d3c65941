// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/media/write_video.hpp"
#include "lib/options/describe.hpp"

namespace understudy {

template <>
struct Names<media::VideoQuality> {
  static constexpr std::array all{"crf", "bitrate", "lossless"};
};

struct VideoEncodeOptions {
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
      field("quality", &VideoEncodeOptions::quality)
          .says("Quality",
                "crf: constant quality; bitrate: constant data rate; lossless: every pixel kept, in RGB H.264."),
      field("crf", &VideoEncodeOptions::crf)
          .says("CRF", "With quality crf: lower is better and larger; 16 is hard to tell from the frames.")
          .range(0, 51),
      field("bitrate", &VideoEncodeOptions::bitrate)
          .says("Bit rate", "With quality bitrate: megabits a second.")
          .range(0.1, 1000),
      field("preset", &VideoEncodeOptions::preset)
          .says("Encoder preset", "x264's, from ultrafast to veryslow: slower makes smaller files.")
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
          .says("Output", "Video to write (.mp4, .mov, .mkv), in place of the workspace's result.mp4."),
  };
}
static_assert(all_described<VideoEncodeOptions>);

}  // namespace understudy
