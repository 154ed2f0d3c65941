// SPDX-License-Identifier: Apache-2.0
// What a merge takes beside its settings (lib/timeline/merge_settings.hpp).
#pragma once

#include <string>

#include "lib/options/describe.hpp"
#include "lib/timeline/timeline_book.hpp"

namespace understudy {

// What a face is cut to; auto: as the model's file tells, else as most of the faces are.
enum class FileFaceType { automatic, h, mf, f, wf, head };
template <>
struct Names<FileFaceType> {
  static constexpr std::array all{"auto", "h", "mf", "f", "wf", "head"};
};

enum class PictureDepth { eight, sixteen };
template <>
struct Names<PictureDepth> {
  static constexpr std::array all{"8", "16"};
};

struct MergeOptions {
  std::string model;
  std::filesystem::path model_file;
  FileFaceType model_face_type = FileFaceType::automatic;
  int model_resolution = 0;
  bool without_model = false;
  std::filesystem::path xseg_model;
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
  return std::tuple{
      field("model", &O::model)
          .says("Model name", "Folder of the model in WORKSPACE/model; empty: the newest.")
          .in("Run"),
      field("model-file", &O::model_file)
          .says("Model file", "A .dfm or .onnx file in place of a model: exported here, by DeepFaceLab or by others.")
          .in("Run"),
      field("model-face-type", &O::model_face_type)
          .says("Its face type", "Of --model-file; auto: as the file tells, else as most of the faces are cut.")
          .in("Run"),
      field("model-resolution", &O::model_resolution)
          .says("Its resolution", "Of a --model-file that leaves it open; 0: as the file tells.")
          .range(0, 2048)
          .in("Run")
          .advanced(),
      field("without-model", &O::without_model)
          .says("Without a model", "Puts each face back as it is: to try masks and colours before a model is trained.")
          .in("Run")
          .advanced(),
      field("xseg-model", &O::xseg_model)
          .says("XSeg model",
                "For the masks with xseg, in place of the workspace's: a folder of an XSeg model of ours or with "
                "DeepFaceLab's XSeg_256.npy, or an XSeg .onnx file.")
          .in("Run"),
      field("timeline", &O::timeline)
          .says("Timeline", "Whose settings hold for shots, persons and frames (docs/timeline.md).")
          .in("Run"),
      field("frames", &O::frames)
          .says("Frames", "Merge only these, from 1 on: 100-250,300. The others stay as they are; empty: all.")
          .in("Run"),
      field("sample", &O::sample)
          .says("Sample",
                "Only so many frames, spread over shots and poses, onto the page merge_sample.png; the merged frames "
                "stay as they are. 0: merge.")
          .range(0, 200)
          .in("Run"),
      field("check", &O::check)
          .says("Check afterwards", "Measures the merged frames when they are done, as `merge check` does.")
          .in("Run"),
      field("bit-depth", &O::bit_depth)
          .says(
              "Bit depth",
              "Of the merged pictures: 16 keeps all of a plate of more than 8 bits; where no face is, its pixels stay "
              "as they are to the bit.")
          .in("Run"),
      field("prediction-cache", &O::prediction_cache)
          .says("Prediction cache",
                "Gigabytes that what the networks said of the faces may take in the workspace, so that other settings "
                "run no network again; 0: none.")
          .range(0, 10000)
          .in("Run"),
      field("threads", &O::threads).says("Threads", "Processor threads; 0: all.").range(0, 256).in("Run"),
      field("gpu", &O::gpu).says("GPU", "Use a CUDA GPU when there is one.").in("Run"),
      field("input", &O::input)
          .says("Input", "Video or folder of frames; empty: the workspace's dst frames, or else its dst video.")
          .in("Run"),
      field("aligned", &O::aligned).says("Aligned faces", "Folder of the dst faces; empty: the workspace's.").in("Run"),
  };
}
static_assert(all_described<MergeOptions>);

}  // namespace understudy
