// SPDX-License-Identifier: Apache-2.0
// The merge as layers for a compositor, at 16 bits or float: result, matte, the face alone, and what the network drew
// with the place where it belongs.
#pragma once

#include "lib/exr/write_exr.hpp"
#include "steps/6_merge/merge.hpp"

namespace understudy {

template <>
struct Names<ExrPixels> {
  static constexpr std::array all{"half", "float"};
};
template <>
struct Names<ExrCompression> {
  static constexpr std::array all{"none", "zip", "piz", "dwaa"};
};
enum class DeliveryFormat { exr, png };
template <>
struct Names<DeliveryFormat> {
  static constexpr std::array all{"exr", "png"};
};

struct DeliverOptions {
  DeliveryFormat format = DeliveryFormat::exr;
  ExrPixels pixels = ExrPixels::half;
  ExrCompression compression = ExrCompression::piz;
  bool predictions = false;
  std::filesystem::path output;
};
template <>
constexpr auto describe<DeliverOptions>() {
  using O = DeliverOptions;
  return std::tuple{
      field("format", &O::format)
          .says("Format",
                "exr: one OpenEXR file a frame with all layers; png: PNGs of 16 bits in the folders result, face and "
                "matte.")
          .in("Delivery"),
      field("pixels", &O::pixels)
          .says("Pixels", "Of OpenEXR: half, or float, which keeps every code of a 16-bit plate.")
          .in("Delivery"),
      field("compression", &O::compression)
          .says("Compression", "Of OpenEXR; dwaa is small and not quite exact, the others lose nothing.")
          .in("Delivery"),
      field("predictions", &O::predictions)
          .says(
              "Predictions",
              "Also what the network drew of each face, as PNGs of 16 bits, and where it belongs: corners.json, and a "
              "text of corners per face that Nuke's CornerPin imports.")
          .in("Delivery"),
      field("output", &O::output)
          .says("Output", "Folder for the files, in place of the workspace's data_dst/delivery.")
          .in("Delivery"),
  };
}
static_assert(all_described<DeliverOptions>);

struct DeliveryReport {
  std::int64_t frames = 0, rendered = 0;
  std::int64_t done_before = 0;  // there already, and made of the same
  std::vector<std::string> unreadable;
  std::int64_t set_aside = 0;  // others' files that stood in the way, now in a backup folder beside
  double seconds = 0;
};
std::string to_json_text(const DeliveryReport&);

// In every frame: result = plate * (1 - matte) + face, where `face` is multiplied by its alpha already and may leave
// 0..1 where filters changed the whole frame. Where the matte is 0, the result is the plate to the bit (in half floats:
// to their rounding). Values are those of the plate, as encoded; no transfer function is undone. Resumes as merge()
// does.
Result<DeliveryReport> deliver(const DeliverOptions&, const MergeOptions&, const SettingValues& clip_wide,
                               const MergePaths&, const fs::path& folder, Run&);

}  // namespace understudy
