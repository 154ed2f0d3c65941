// SPDX-License-Identifier: Apache-2.0
// The merger's settings as options (spec pipeline.md 7.2); applied to every frame alike.
#pragma once

#include <string>

#include "lib/options/describe.hpp"
#include "steps/6_merge/compose.hpp"

namespace understudy {

template <>
struct Names<MergeMode> {
  static constexpr std::array all{"original", "overlay",    "hist-match", "seamless", "seamless-hist-match",
                                  "raw-rgb",  "raw-predict"};
};
template <>
struct Names<MaskMode> {
  static constexpr std::array all{"full",
                                  "dst",
                                  "learned-prd",
                                  "learned-dst",
                                  "learned-prd*learned-dst",
                                  "learned-prd+learned-dst",
                                  "xseg-prd",
                                  "xseg-dst",
                                  "xseg-prd*xseg-dst",
                                  "learned-prd*learned-dst*xseg-prd*xseg-dst"};
};
template <>
struct Names<ColourTransfer> {
  static constexpr std::array all{"none", "rct", "lct", "mkl", "mkl-m", "idt", "idt-m", "sot-m", "mix-m"};
};
template <>
struct Names<Sharpen> {
  static constexpr std::array all{"none", "box", "gaussian"};
};

// What a face is cut to; auto: as the model's file tells, else as most of the faces are.
enum class FileFaceType { automatic, h, mf, f, wf, head };
template <>
struct Names<FileFaceType> {
  static constexpr std::array all{"auto", "h", "mf", "f", "wf", "head"};
};

struct MergeOptions {
  std::string model;
  std::filesystem::path model_file;
  FileFaceType model_face_type = FileFaceType::automatic;
  int model_resolution = 0;
  bool without_model = false;
  std::filesystem::path xseg_model;
  MergeMode mode = MergeMode::overlay;
  MaskMode mask = MaskMode::learned_product;
  int erode = 0;
  int blur = 0;
  ColourTransfer colour_transfer = ColourTransfer::rct;
  int hist_match_threshold = 238;
  bool masked_hist_match = true;
  int motion_blur_power = 0;
  int face_scale = 0;
  double morph = 1;
  Sharpen sharpen = Sharpen::none;
  int blur_sharpen_amount = 0;
  int denoise_power = 0;
  int bicubic_degrade_power = 0;
  int colour_degrade_power = 0;
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
      field("mode", &O::mode).says("Mode", "How the face is put into the frame.").in("Composite"),
      field("mask", &O::mask)
          .says("Mask", "Which mask cuts the face out; prd: of the new face, dst: of the frame.")
          .in("Composite"),
      field("erode", &O::erode)
          .says("Erode mask", "Shrinks the mask; below 0 widens it. In quarters of a network pixel.")
          .range(-400, 400)
          .in("Composite"),
      field("blur", &O::blur).says("Blur mask", "Softens the mask's edge, same unit.").range(0, 400).in("Composite"),
      field("colour-transfer", &O::colour_transfer)
          .says("Colour transfer", "Fits the face's colours to the frame's.")
          .in("Composite"),
      field("hist-match-threshold", &O::hist_match_threshold)
          .says("Histogram threshold", "Compresses highlights in the hist-match modes.")
          .range(0, 255)
          .in("Composite")
          .advanced(),
      field("masked-hist-match", &O::masked_hist_match)
          .says("Masked histogram", "Match histograms inside the mask only.")
          .in("Composite")
          .advanced(),
      field("motion-blur-power", &O::motion_blur_power)
          .says("Motion blur", "Blurs the face along its motion.")
          .range(0, 100)
          .in("Face"),
      field("face-scale", &O::face_scale)
          .says("Face scale", "Per cent; above 0 makes the pasted face smaller, as in the original.")
          .range(-50, 50)
          .in("Face"),
      field("morph", &O::morph)
          .says("Morph", "AMP models: how much of the src face, from 0 (the dst face) to 1.")
          .range(0, 1)
          .in("Face"),
      field("sharpen", &O::sharpen).says("Sharpen mode", "With --blur-sharpen-amount.").in("Face"),
      field("blur-sharpen-amount", &O::blur_sharpen_amount)
          .says("Blur or sharpen", "Above 0 sharpens, below 0 blurs the face.")
          .range(-100, 100)
          .in("Face"),
      field("denoise-power", &O::denoise_power)
          .says("Denoise frame", "Softens the frame to match a soft face.")
          .range(0, 500)
          .in("Frame"),
      field("bicubic-degrade-power", &O::bicubic_degrade_power)
          .says("Bicubic degrade", "Lowers the frame's resolution to match.")
          .range(0, 100)
          .in("Frame"),
      field("colour-degrade-power", &O::colour_degrade_power)
          .says("Colour degrade", "Reduces the frame's colours.")
          .range(0, 100)
          .in("Frame"),
      field("threads", &O::threads).says("Threads", "Processor threads; 0: all.").range(0, 256).in("Run"),
      field("gpu", &O::gpu).says("GPU", "Use a CUDA GPU when there is one.").in("Run"),
      field("input", &O::input)
          .says("Input", "Video or folder of frames; empty: the workspace's dst frames, or else its dst video.")
          .in("Run"),
      field("aligned", &O::aligned).says("Aligned faces", "Folder of the dst faces; empty: the workspace's.").in("Run"),
  };
}
static_assert(all_described<MergeOptions>);

MergeSettings settings_of(const MergeOptions&);

}  // namespace understudy
