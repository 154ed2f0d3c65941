// SPDX-License-Identifier: Apache-2.0
// What a merge takes beside its settings (lib/timeline/merge_settings.hpp).
#pragma once

#include <string>

#include "lib/enhance/network_use.hpp"
#include "lib/options/describe.hpp"
#include "lib/predict/model_file_rows.hpp"
#include "lib/timeline/timeline_book.hpp"

namespace understudy {

enum class PictureDepth { eight, sixteen };
template <>
struct Names<PictureDepth> {
  static constexpr std::array all{"8", "16"};
};

struct MergeOptions : ModelFileChoice {
  std::string model;
  bool without_model = false;
  std::filesystem::path xseg_model;
  std::filesystem::path super_resolution_model;
  ValueRange super_resolution_range = ValueRange::unit;
  ColourOrder super_resolution_order = ColourOrder::rgb;
  std::string timeline = std::string(usual_timeline);
  std::string frames;
  int sample = 0;
  bool check = false;
  PictureDepth bit_depth = PictureDepth::eight;
  double prediction_cache = 2;
  int threads = 0;
  bool gpu = true;
  std::filesystem::path input;
  std::filesystem::path aligned;
};

template <>
constexpr auto describe<MergeOptions>() {
  using O = MergeOptions;
  return std::tuple_cat(
      std::tuple{field("model", &O::model)
                     .says("Model name", "Folder of the model in WORKSPACE/model; empty: the newest.")
                     .in("Run")},
      model_file_rows<O>(),
      std::tuple{
          field("without-model", &O::without_model)
              .says("Without a model",
                    "Puts each face back as it is: to try masks and colours before a model is trained.")
              .in("Run")
              .advanced(),
          field("xseg-model", &O::xseg_model)
              .says("XSeg model",
                    "For the masks with xseg, in place of the workspace's: a folder of an XSeg model of ours or with "
                    "DeepFaceLab's XSeg_256.npy, or an XSeg .onnx file.")
              .in("Run"),
          field("super-resolution-model", &O::super_resolution_model)
              .says("Super-resolution model",
                    "An ONNX or TFLite file for super-resolution or face restoration, for --super-resolution-power; "
                    "empty: "
                    "the program's own.")
              .in("Run"),
          field("super-resolution-value-range", &O::super_resolution_range)
              .says("Its value range", "What that network calls black and white: unit = 0 and 1, signed = -1 and 1.")
              .in("Run")
              .advanced(),
          field("super-resolution-colour-order", &O::super_resolution_order)
              .says("Its colour order", "Of that network's channels.")
              .in("Run")
              .advanced(),
          field("timeline", &O::timeline)
              .says("Timeline", "Whose settings hold for shots, persons and frames (docs/timeline.md).")
              .in("Run"),
          field("frames", &O::frames)
              .says("Frames", "Merge only these, from 1 on: 100-250,300. The others stay as they are; empty: all.")
              .in("Run"),
          field("sample", &O::sample)
              .says(
                  "Sample",
                  "Only so many frames, spread over shots and poses, onto the page merge_sample.png; the merged frames "
                  "stay as they are. 0: merge.")
              .range(0, 200)
              .in("Run"),
          field("check", &O::check)
              .says("Check afterwards", "Measures the merged frames when they are done, as `merge check` does.")
              .in("Run"),
          field("bit-depth", &O::bit_depth)
              .says("Bit depth",
                    "Of the merged pictures: 16 keeps all of a plate of more than 8 bits; where no face is, its pixels "
                    "stay "
                    "as they are to the bit.")
              .in("Run"),
          field("prediction-cache", &O::prediction_cache)
              .says("Prediction cache",
                    "Gigabytes that what the networks said of the faces may take in the workspace, so that other "
                    "settings "
                    "run no network again; 0: none.")
              .range(0, 10000)
              .in("Run"),
          field("threads", &O::threads).says("Threads", "Processor threads; 0: all.").range(0, 256).in("Run"),
          field("gpu", &O::gpu).says("GPU", "Use a CUDA GPU when there is one.").in("Run"),
          field("input", &O::input)
              .says("Input", "Video or folder of frames; empty: the workspace's dst frames, or else its dst video.")
              .in("Run"),
          field("aligned", &O::aligned)
              .says("Aligned faces", "Folder of the dst faces; empty: the workspace's.")
              .in("Run"),
      });
}
template <>
inline constexpr bool all_described<MergeOptions> = described_with_model_file<MergeOptions>;
static_assert(all_described<MergeOptions>);

}  // namespace understudy
