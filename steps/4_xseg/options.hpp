// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/loop/loop_options.hpp"

namespace understudy {

struct MaskTrainOptions {
  std::uint64_t seed = 1;
  bool restart = false;
  std::filesystem::path src;
  std::filesystem::path dst;
  std::filesystem::path pretrain_set;
  PrecisionChoice precision = PrecisionChoice::automatic;
  bool gpu = true;
  int threads = 0;
};
template <>
constexpr auto describe<MaskTrainOptions>() {
  using O = MaskTrainOptions;
  return std::tuple{
      seed_row<O>(),
      field("restart", &O::restart)
          .says("Restart", "Begins a new model; the one that is there is kept under another name.")
          .in("Run"),
      field("src", &O::src)
          .says("src faceset", "Folder of aligned src faces or with their faceset.pak; empty: the workspace's.")
          .in("Run"),
      field("dst", &O::dst).says("dst faceset", "The same of dst.").in("Run"),
      field("pretrain-set", &O::pretrain_set)
          .says("Pretraining faceset", "Folder of aligned faces that --pretrain learns from; empty: src and dst.")
          .in("Run"),
      precision_row<O>(),
      field("gpu", &O::gpu).says("GPU", "Use a CUDA GPU when there is one.").in("Device"),
      field("threads", &O::threads).says("Threads", "Processor threads; 0: all.").range(0, 1024).in("Device"),
  };
}
static_assert(all_described<MaskTrainOptions>);

struct MaskApplyOptions {
  std::filesystem::path model;
  bool generic = false;
  double threshold = 0.5;
  double soften = 0;
  bool missing = false;
  bool gpu = true;
  int threads = 0;
  std::filesystem::path input;
};
template <>
constexpr auto describe<MaskApplyOptions>() {
  using O = MaskApplyOptions;
  return std::tuple{
      field("model", &O::model)
          .says("Model",
                "In place of the workspace's: a folder of an XSeg model of ours or with DeepFaceLab's XSeg_256.npy, or "
                "an XSeg .onnx file."),
      field("generic", &O::generic)
          .says("Generic", "With the mask network inside the program, which works before anybody has drawn a label."),
      field("threshold", &O::threshold)
          .says("Threshold", "From how sure on a pixel belongs to the face; DeepFaceLab's is 0.5.")
          .range(0.1, 0.95),
      field("soften", &O::soften)
          .says("Soften", "Blurs the mask's edge: standard deviation in pixels of the mask's 256; 0 leaves it hard.")
          .range(0, 16),
      field("missing", &O::missing).says("Missing only", "Only faces that have no mask yet."),
      field("gpu", &O::gpu).says("GPU", "Use a CUDA GPU when there is one.").advanced(),
      field("threads", &O::threads).says("Threads", "Processor threads; 0: all.").range(0, 1024).advanced(),
      field("input", &O::input).says("Input", "Folder of faces, in place of the workspace's aligned folder."),
  };
}
static_assert(all_described<MaskApplyOptions>);

struct MaskModelImportOptions {
  std::filesystem::path from;
};
template <>
constexpr auto describe<MaskModelImportOptions>() {
  using O = MaskModelImportOptions;
  return std::tuple{field("from", &O::from)
                        .says("From", "Folder with DeepFaceLab's XSeg_256.npy; empty: the workspace's model folder.")};
}
static_assert(all_described<MaskModelImportOptions>);

enum class XsegFormat { dfl, onnx };
template <>
struct Names<XsegFormat> {
  static constexpr std::array all{"dfl", "onnx"};
};
struct MaskModelExportOptions {
  XsegFormat format = XsegFormat::dfl;
  std::filesystem::path output;
  bool replace = false;
};
template <>
constexpr auto describe<MaskModelExportOptions>() {
  using O = MaskModelExportOptions;
  return std::tuple{
      field("format", &O::format)
          .says("Format",
                "dfl: XSeg_256.npy and what belongs to it; onnx: XSeg_model.onnx, as DeepFaceLab exports it."),
      field("output", &O::output).says("Output", "Folder for the files, in place of the workspace's model folder."),
      field("replace", &O::replace).says("Replace", "Write over files that are there."),
  };
}
static_assert(all_described<MaskModelExportOptions>);

}  // namespace understudy
