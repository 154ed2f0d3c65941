// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/enhance/network_use.hpp"
#include "lib/options/shared_rows.hpp"

namespace understudy {

enum class ResizeType { same, half, midfull, full, whole, head };
template <>
struct Names<ResizeType> {
  static constexpr std::array all{"same", "h", "mf", "f", "wf", "head"};
};

// For tools that need nothing but the folder.
struct FolderOptions {
  std::filesystem::path input;
};
struct PackOptions {
  bool keep = false;
  std::filesystem::path input;
};
struct FaceImportOptions {
  std::filesystem::path from;
  std::filesystem::path input;
};
struct RecoverOptions {
  bool dry_run = false;
  std::filesystem::path input;
};
struct PictureOptions {
  bool beside = false;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};
struct ChooseOptions {
  std::string names;
  std::filesystem::path list;
  std::filesystem::path input;
};
struct ResizeOptions {
  int image_size = 512;
  ResizeType face_type = ResizeType::same;
  bool from_frames = false;
  int jpeg_quality = 100;
  bool replace = false;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
  std::filesystem::path frames;
};

struct EnhanceOptions {
  std::filesystem::path network;
  double strength = 1;
  int image_size = 0;
  ValueRange range = ValueRange::unit;
  ColourOrder colour_order = ColourOrder::rgb;
  int shrink = 0;
  int tile = 192;
  double control = 0.5;
  int jpeg_quality = 100;
  bool replace = false;
  int threads = 0;
  std::filesystem::path input;
  std::filesystem::path output;
};

namespace rows {
template <class S>
constexpr auto replace(bool S::*member) {
  return field("replace", member)
      .says("Replace the originals",
            "Put the results in their place when all are done; the originals go to the trash folder.");
}
template <class S>
constexpr auto quality(int S::*member) {
  return field("jpeg-quality", member).says("JPEG quality", "Of the new pictures.").range(1, 100);
}
}  // namespace rows

template <>
constexpr auto describe<FolderOptions>() {
  return std::tuple{shared_rows::input(&FolderOptions::input)};
}
template <>
constexpr auto describe<PackOptions>() {
  return std::tuple{field("keep", &PackOptions::keep)
                        .says("Keep the originals",
                              "Do not remove what was packed or unpacked, or the metadata file that was restored."),
                    shared_rows::input(&PackOptions::input)};
}
template <>
constexpr auto describe<FaceImportOptions>() {
  return std::tuple{field("from", &FaceImportOptions::from)
                        .says("From", "A folder of aligned faces, one with aligned in it, or a faceset.pak."),
                    shared_rows::input(&FaceImportOptions::input)};
}
template <>
constexpr auto describe<RecoverOptions>() {
  return std::tuple{
      field("dry-run", &RecoverOptions::dry_run).says("Only say", "Report the new names and rename nothing."),
      shared_rows::input(&RecoverOptions::input)};
}
template <>
constexpr auto describe<PictureOptions>() {
  return std::tuple{field("beside", &PictureOptions::beside)
                        .says("Beside the faces", "Write the pictures into the folder of faces, as DeepFaceLab does."),
                    shared_rows::threads(&PictureOptions::threads), shared_rows::input(&PictureOptions::input),
                    field("output", &PictureOptions::output).says("Output", "Folder for the pictures.")};
}
template <>
constexpr auto describe<ChooseOptions>() {
  return std::tuple{field("names", &ChooseOptions::names).says("Names", "File names, with commas between them."),
                    field("list", &ChooseOptions::list).says("List", "A text file with one file name a line."),
                    shared_rows::input(&ChooseOptions::input)};
}
template <>
constexpr auto describe<ResizeOptions>() {
  return std::tuple{
      field("image-size", &ResizeOptions::image_size)
          .says("Crop size", "New side of the crops, in pixels.")
          .range(64, 2048),
      field("face-type", &ResizeOptions::face_type)
          .says("Face type", "How much of the head the new crops cover; same keeps that."),
      field("from-frames", &ResizeOptions::from_frames)
          .says("Cut from the frames",
                "Cut each face anew from its frame where that is there: no black borders when a crop covers more, and "
                "real detail "
                "when it grows."),
      rows::quality(&ResizeOptions::jpeg_quality),
      rows::replace(&ResizeOptions::replace),
      shared_rows::threads(&ResizeOptions::threads),
      shared_rows::input(&ResizeOptions::input),
      field("output", &ResizeOptions::output).says("Output", "Folder for the new faces, in place of <input>_resized."),
      field("frames", &ResizeOptions::frames)
          .says("Frames", "With --from-frames: a video or a folder of images, in place of the workspace's.")};
}
template <>
constexpr auto describe<EnhanceOptions>() {
  return std::tuple{
      field("network", &EnhanceOptions::network)
          .says("Network",
                "An ONNX or TFLite file for super-resolution or face restoration; by default the program's own."),
      field("strength", &EnhanceOptions::strength)
          .says("Strength", "How much of the network's picture: 0 leaves the face as it is.")
          .range(0, 1),
      field("image-size", &EnhanceOptions::image_size)
          .says("Crop size", "New side of the crops, for networks that enlarge; 0 keeps each face's.")
          .range(0, 2048),
      field("value-range", &EnhanceOptions::range)
          .says("Value range", "What the network calls black and white: unit = 0 and 1, signed = -1 and 1."),
      field("colour-order", &EnhanceOptions::colour_order).says("Colour order", "Of the network's channels."),
      field("shrink", &EnhanceOptions::shrink)
          .says("Shrink",
                "How much smaller than the crop a network that enlarges gets it: the more, the faster, and the more "
                "detail "
                "is made up. 0: from 2 up to the network's factor, by how far the crop was enlarged when it was cut.")
          .range(0, 8),
      field("tile", &EnhanceOptions::tile)
          .says("Tile", "Largest side of the overlapping pieces in which a network of no fixed size gets a picture.")
          .range(32, 2048)
          .advanced(),
      field("control", &EnhanceOptions::control)
          .says("Control", "For networks with a further input, such as a fidelity.")
          .advanced(),
      rows::quality(&EnhanceOptions::jpeg_quality),
      rows::replace(&EnhanceOptions::replace),
      shared_rows::threads(&EnhanceOptions::threads),
      shared_rows::input(&EnhanceOptions::input),
      field("output", &EnhanceOptions::output)
          .says("Output", "Folder for the new faces, in place of <input>_enhanced.")};
}
static_assert(all_described<EnhanceOptions>);
static_assert(all_described<FolderOptions> && all_described<PackOptions> && all_described<RecoverOptions> &&
              all_described<FaceImportOptions> && all_described<PictureOptions> && all_described<ChooseOptions> &&
              all_described<ResizeOptions>);

}  // namespace understudy
