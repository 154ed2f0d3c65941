// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/project/encoder_rows.hpp"

namespace understudy {

enum class BitDepth { automatic, eight, ten };
template <>
struct Names<BitDepth> {
  static constexpr std::array all{"auto", "8", "10"};
};

struct VideoEncodeOptions : EncoderSettings {
  BitDepth bit_depth = BitDepth::automatic;
  bool alpha = false;
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
  return std::tuple_cat(
      encoder_rows<VideoEncodeOptions>(),
      std::tuple{
          field("bit-depth", &VideoEncodeOptions::bit_depth)
              .says("Bit depth",
                    "Bits of a channel; auto: 10 with h265 when the frames have 16, else 8. H.264 has 8, ProRes always "
                    "10."),
          field("alpha", &VideoEncodeOptions::alpha)
              .says("Alpha", "With prores: the merged masks as the video's alpha, not multiplied into the colours."),
          field("fps", &VideoEncodeOptions::fps)
              .says("Frames per second", "0 takes every frame's time from the reference video.")
              .range(0, 1000),
          field("sound", &VideoEncodeOptions::sound).says("Sound", "Copy the reference video's sound."),
          field("mask", &VideoEncodeOptions::mask)
              .says("Mask", "Encode the merged masks in place of the merged frames."),
          field("redo", &VideoEncodeOptions::redo).says("Encode again", "Even when the video is up to date."),
          field("input", &VideoEncodeOptions::input)
              .says("Input", "Folder of frames, in place of the workspace's merged folder."),
          field("reference", &VideoEncodeOptions::reference)
              .says("Reference",
                    "Video that gives timing, colour tags and sound; by default the workspace's data_dst."),
          field("output", &VideoEncodeOptions::output)
              .says("Output", "Video to write (.mp4, .mov, .mkv, .avi), in place of the workspace's result.mp4.")});
}
template <>
inline constexpr bool all_described<VideoEncodeOptions> = described_with_encoder<VideoEncodeOptions>;
static_assert(all_described<VideoEncodeOptions>);

}  // namespace understudy
