// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/options/describe.hpp"

namespace understudy {

enum class FrameFormat { png, jpg };
template <>
struct Names<FrameFormat> {
  static constexpr std::array all{"png", "jpg"};
};

struct FramesOptions {
  FrameFormat format = FrameFormat::png;
  double fps = 0;
  int jpeg_quality = 98;
  bool redo = false;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

template <>
constexpr auto describe<FramesOptions>() {
  return std::tuple{
      field("format", &FramesOptions::format)
          .says("Format", "png keeps every pixel; jpg is five to ten times smaller."),
      field("fps", &FramesOptions::fps)
          .says("Frames per second", "Take only so many; 0 takes every frame. No frame is ever doubled.")
          .range(0, 1000),
      field("jpeg-quality", &FramesOptions::jpeg_quality).says("JPEG quality", "With format jpg.").range(1, 100),
      field("redo", &FramesOptions::redo).says("Start over", "Replace the frames that are there."),
      field("threads", &FramesOptions::threads).says("Threads", "0 takes one per processor.").range(0, 256).advanced(),
      field("input", &FramesOptions::input).says("Input", "A video in place of the workspace's."),
      field("output", &FramesOptions::output).says("Output", "Folder for the frames, in place of the workspace's."),
  };
}
static_assert(all_described<FramesOptions>);

}  // namespace understudy
