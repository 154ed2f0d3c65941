// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/options/describe.hpp"

namespace understudy {

enum class FrameFormat { png, png16, jpg };
template <>
struct Names<FrameFormat> {
  static constexpr std::array all{"png", "png16", "jpg"};
};

struct FramesOptions {
  FrameFormat format = FrameFormat::png;
  double fps = 0;
  int jpeg_quality = 98;
  std::string prefix;
  bool deinterlace = false;
  bool hardware = false;
  bool redo = false;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

struct ImportOptions {
  std::string prefix;
  double fps = 25;
  std::filesystem::path input;
  std::filesystem::path output;
};

struct CutOptions {
  std::string from;
  std::string to;
  bool fast = false;
  bool sound = true;
  int sound_track = 0;
  bool deinterlace = false;
  double crf = 16;
  double bitrate = 0;
  std::string preset = "medium";
  bool redo = false;
  std::filesystem::path input;
  std::filesystem::path output;
};

struct DenoiseOptions {
  int factor = 7;
  bool undo = false;
  int jpeg_quality = 98;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

namespace rows {
template <class S>
constexpr auto prefix(std::string S::*member) {
  return field("prefix", member)
      .says(
          "Prefix",
          "Before the numbers in the frames' names, so that several sources can share a folder: letters, digits, '-'.");
}
template <class S>
constexpr auto frame_jpeg_quality(int S::*member) {
  return field("jpeg-quality", member).says("JPEG quality", "Of frames that are saved as jpg.").range(1, 100);
}
template <class S>
constexpr auto frame_threads(int S::*member) {
  return field("threads", member).says("Threads", "0 takes one per processor.").range(0, 256).advanced();
}
template <class S>
constexpr auto deinterlace(bool S::*member) {
  return field("deinterlace", member)
      .says("Deinterlace",
            "Make each frame of an interlaced video out of its two fields, so that what moves has no combed edges.");
}
template <class S>
constexpr auto frames_output(std::filesystem::path S::*member) {
  return field("output", member).says("Output", "Folder for the frames, in place of the workspace's.");
}
}  // namespace rows

template <>
constexpr auto describe<FramesOptions>() {
  return std::tuple{
      field("format", &FramesOptions::format)
          .says("Format",
                "png keeps every pixel at 8 bits; png16 also what a 10-bit video holds beyond; jpg is five to ten "
                "times smaller."),
      field("fps", &FramesOptions::fps)
          .says("Frames per second", "Take only so many; 0 takes every frame. No frame is ever doubled.")
          .range(0, 1000),
      rows::frame_jpeg_quality(&FramesOptions::jpeg_quality),
      rows::prefix(&FramesOptions::prefix),
      rows::deinterlace(&FramesOptions::deinterlace),
      field("hardware", &FramesOptions::hardware)
          .says("Decode on the graphics card", "Where one can; else the processor does it, and a note says so."),
      field("redo", &FramesOptions::redo).says("Start over", "Replace the frames that are there."),
      rows::frame_threads(&FramesOptions::threads),
      field("input", &FramesOptions::input).says("Input", "A video in place of the workspace's."),
      rows::frames_output(&FramesOptions::output),
  };
}
template <>
constexpr auto describe<ImportOptions>() {
  return std::tuple{
      rows::prefix(&ImportOptions::prefix),
      field("fps", &ImportOptions::fps)
          .says("Frames per second", "How fast the images follow each other when they become a video again.")
          .range(0.01, 1000),
      field("input", &ImportOptions::input).says("Input", "The folder of images."),
      rows::frames_output(&ImportOptions::output),
  };
}
template <>
constexpr auto describe<CutOptions>() {
  return std::tuple{
      field("from", &CutOptions::from).says("From", "Where the part begins: 12.5 (seconds), 1:02.5 or 0:01:02.500."),
      field("to", &CutOptions::to).says("To", "Where it ends; empty = the end."),
      field("fast", &CutOptions::fast)
          .says("Fast",
                "Copy without encoding, lossless: begins at the key frame before, so up to some seconds early."),
      field("sound", &CutOptions::sound).says("Sound", "Keep the sound."),
      field("sound-track", &CutOptions::sound_track)
          .says("Sound track", "Which to keep, from 1; 0 keeps all.")
          .range(0, 100),
      rows::deinterlace(&CutOptions::deinterlace),
      field("crf", &CutOptions::crf).says("CRF", "Quality of the exact cut: lower is better and larger.").range(0, 51),
      field("bitrate", &CutOptions::bitrate)
          .says("Bit rate", "Of the exact cut in megabits a second, in place of the CRF; 0 = by the CRF.")
          .range(0, 1000),
      field("preset", &CutOptions::preset).says("Encoder preset", "x264's, from ultrafast to veryslow.").advanced(),
      field("redo", &CutOptions::redo).says("Write over", "Replace the output when it exists."),
      field("input", &CutOptions::input).says("Input", "A video in place of the workspace's."),
      field("output", &CutOptions::output).says("Output", "The video to write, in place of <input>_cut."),
  };
}
template <>
constexpr auto describe<DenoiseOptions>() {
  return std::tuple{
      field("factor", &DenoiseOptions::factor).says("Strength", "1 hardly changes anything, 20 smears.").range(1, 20),
      field("undo", &DenoiseOptions::undo).says("Undo", "Put the original frames back."),
      rows::frame_jpeg_quality(&DenoiseOptions::jpeg_quality),
      rows::frame_threads(&DenoiseOptions::threads),
      field("input", &DenoiseOptions::input)
          .says("Input", "A video or a folder of images, in place of the workspace's frames."),
      field("output", &DenoiseOptions::output)
          .says("Output",
                "Folder for the denoised frames; without it they take the place of the originals, which are kept."),
  };
}
static_assert(all_described<FramesOptions> && all_described<ImportOptions> && all_described<CutOptions> &&
              all_described<DenoiseOptions>);

}  // namespace understudy
