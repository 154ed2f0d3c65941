// SPDX-License-Identifier: Apache-2.0
// What can be set of a merge, described once: struct, defaults, ranges and choices. The command line, presets, the
// timeline and the compositor all take them from here (spec pipeline.md 7.2).
#pragma once

#include "lib/image/filter.hpp"
#include "lib/options/describe.hpp"

namespace understudy {

// The numbers of these enums are DeepFaceLab's.
enum class MergeMode { original, overlay, hist_match, seamless, seamless_hist_match, raw_rgb, raw_predict };
enum class MaskMode {
  full,
  dst,  // the hull of the frame's landmarks
  learned_prd,
  learned_dst,
  learned_product,  // prd * dst
  learned_sum,      // prd + dst
  xseg_prd,
  xseg_dst,
  xseg_product,
  learned_xseg_product  // all four
};
constexpr bool needs_xseg(MaskMode mode) { return mode >= MaskMode::xseg_prd; }
enum class ColourTransfer { none, rct, lct, mkl, mkl_m, idt, idt_m, sot_m, mix_m };
// Whose rules a picture is made by: ours, or DeepFaceLab's to the number (docs/6-merge.md).
enum class Compat { none, dfl };

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
struct Names<Compat> {
  static constexpr std::array all{"none", "dfl"};
};
template <>
struct Names<Sharpen> {
  static constexpr std::array all{"none", "box", "gaussian"};
};

struct MergeSettings {
  MergeMode mode = MergeMode::overlay;
  MaskMode mask_mode = MaskMode::learned_product;
  int erode = 0;  // quarters of a prediction pixel; below 0 dilates
  int blur = 0;   // same unit
  ColourTransfer colour_transfer = ColourTransfer::rct;
  int hist_match_threshold = 238;  // hist-match modes
  bool masked_hist_match = true;   // hist_match only
  int motion_blur_power = 0;
  int face_scale = 0;   // %; above 0 makes the pasted face smaller
  double morph = 1;     // AMP
  int pre_sharpen = 0;  // %
  bool two_pass = false;
  Sharpen sharpen = Sharpen::none;
  int blur_sharpen_amount = 0;
  int super_resolution_power = 0;  // needs MergeModel::enhance
  int gaze = 0;                    // %; needs MergeModel::eyes
  int lids = 0;                    // likewise
  int denoise_power = 0;
  int bicubic_degrade_power = 0;
  int colour_degrade_power = 0;
  double exposure = 0;  // stops
  double contrast = 0, saturation = 0, temperature = 0, tint = 0;
  double gamma = 1;
  double grain = 0;               // % of the plate's
  std::string fallback = "none";  // rules of lib/timeline/fallback_rules.hpp
  int colour_window = 0;          // frames on each side whose faces a colour transfer measures too
  Compat compat = Compat::none;
  bool operator==(const MergeSettings&) const = default;
};

template <>
constexpr auto describe<MergeSettings>() {
  using S = MergeSettings;
  return std::tuple{
      field("mode", &S::mode).says("Mode", "How the face is put into the frame.").in("Composite"),
      field("mask", &S::mask_mode)
          .says("Mask", "Which mask cuts the face out; prd: of the new face, dst: of the frame.")
          .in("Composite"),
      field("erode", &S::erode)
          .says("Erode mask", "Shrinks the mask; below 0 widens it. In quarters of a network pixel.")
          .range(-400, 400)
          .in("Composite"),
      field("blur", &S::blur).says("Blur mask", "Softens the mask's edge, same unit.").range(0, 400).in("Composite"),
      field("colour-transfer", &S::colour_transfer)
          .says("Colour transfer", "Fits the face's colours to the frame's.")
          .in("Composite"),
      field("hist-match-threshold", &S::hist_match_threshold)
          .says("Histogram threshold", "Compresses highlights in the hist-match modes.")
          .range(0, 255)
          .in("Composite")
          .advanced(),
      field("masked-hist-match", &S::masked_hist_match)
          .says("Masked histogram", "Match histograms inside the mask only.")
          .in("Composite")
          .advanced(),
      field("motion-blur-power", &S::motion_blur_power)
          .says("Motion blur", "Blurs the face along its motion.")
          .range(0, 100)
          .in("Face"),
      field("face-scale", &S::face_scale)
          .says("Face scale", "Per cent; above 0 makes the pasted face smaller, as in the original.")
          .range(-50, 50)
          .in("Face"),
      field("morph", &S::morph)
          .says("Morph", "AMP models: how much of the src face, from 0 (the dst face) to 1.")
          .range(0, 1)
          .in("Face"),
      field("pre-sharpen", &S::pre_sharpen)
          .says("Sharpen before",
                "Sharpens what the network is shown of a soft frame, in per cent: its face may come out with more "
                "detail.")
          .range(0, 100)
          .in("Face"),
      field("two-pass", &S::two_pass)
          .says("Two passes",
                "The network is shown its own face once more: nearer to the src face, and slower. The mask of the dst "
                "face is that of the first pass.")
          .in("Face"),
      field("sharpen", &S::sharpen).says("Sharpen mode", "With --blur-sharpen-amount.").in("Face"),
      field("blur-sharpen-amount", &S::blur_sharpen_amount)
          .says("Blur or sharpen", "Above 0 sharpens, below 0 blurs the face.")
          .range(-100, 100)
          .in("Face"),
      field("super-resolution-power", &S::super_resolution_power)
          .says("Super resolution", "How much of the enhancer's finer face, four times as wide, is mixed in.")
          .range(0, 100)
          .in("Face"),
      field("gaze", &S::gaze)
          .says(
              "Gaze",
              "Moves the new face's irises to where those of the frame's face look, in per cent of the way; shut eyes "
              "are left alone. 0: they look where the model lets them.")
          .range(0, 100)
          .in("Face"),
      field("lids", &S::lids)
          .says(
              "Lids",
              "Opens and closes the new face's eyes as far as those of the frame's face, in per cent of the way; eyes "
              "that the model draws shut stay so. 0: as the model draws them.")
          .range(0, 100)
          .in("Face"),
      field("denoise-power", &S::denoise_power)
          .says("Denoise frame", "Softens the frame to match a soft face.")
          .range(0, 500)
          .in("Frame"),
      field("bicubic-degrade-power", &S::bicubic_degrade_power)
          .says("Bicubic degrade", "Lowers the frame's resolution to match.")
          .range(0, 100)
          .in("Frame"),
      field("colour-degrade-power", &S::colour_degrade_power)
          .says("Colour degrade", "Reduces the frame's colours.")
          .range(0, 100)
          .in("Frame"),
      field("exposure", &S::exposure).says("Exposure", "Of the face, in stops of light.").range(-5, 5).in("Colour"),
      field("contrast", &S::contrast)
          .says("Contrast", "Of the face, in per cent more or less, around middle grey.")
          .range(-100, 100)
          .in("Colour"),
      field("saturation", &S::saturation)
          .says("Saturation", "Of the face, in per cent more or less.")
          .range(-100, 100)
          .in("Colour"),
      field("temperature", &S::temperature)
          .says("Temperature", "Above 0 the face is warmer, below 0 cooler; its brightness stays.")
          .range(-100, 100)
          .in("Colour"),
      field("tint", &S::tint)
          .says("Tint", "Above 0 towards magenta, below 0 towards green; the face's brightness stays.")
          .range(-100, 100)
          .in("Colour"),
      field("gamma", &S::gamma)
          .says("Gamma", "Of the face: above 1 lifts its middle tones, below 1 lowers them.")
          .range(0.2, 5)
          .in("Colour"),
      field("grain", &S::grain)
          .says("Grain", "Noise given to the face, in per cent of what is measured in the frame there.")
          .range(0, 200)
          .in("Colour"),
      field("fallback", &S::fallback)
          .says("Fallback",
                "What becomes of frames with a reason to look at them: REASON=original, previous-settings or hold, "
                "several with commas (in `merge set` with plus signs) between; none.")
          .in("Faults"),
      field("colour-window", &S::colour_window)
          .says("Colour window",
                "Colour transfers measure so many frames before and after as well, along the face's track within its "
                "shot, so that colours hold still; 0: each frame by itself.")
          .range(0, 50)
          .in("Colour"),
      field("compat", &S::compat)
          .says("Rules",
                "none: what is resampled stays in its place, and motion blur follows the face; dfl: as DeepFaceLab "
                "resamples and blurs, to the number. Timelines that were made before there was a choice have dfl.")
          .in("Composite")
          .advanced(),
  };
}
static_assert(all_described<MergeSettings>);

}  // namespace understudy
