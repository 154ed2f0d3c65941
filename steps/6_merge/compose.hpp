// SPDX-License-Identifier: Apache-2.0
// The heart of merging: one frame, its faces and a predictor in; the composite and its matte out. Follows spec
// pipeline.md 7.3 and 7.4 step by step. Knows no network, no file and no job.
#pragma once

#include <functional>
#include <span>

#include "lib/base/result.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/image/colour.hpp"
#include "lib/image/filter.hpp"
#include "lib/image/image.hpp"

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

struct MergeSettings {
  MergeMode mode = MergeMode::overlay;
  bool masked_hist_match = true;   // hist_match only
  int hist_match_threshold = 238;  // 0..255, hist-match modes
  MaskMode mask_mode = MaskMode::learned_product;
  int erode = 0;                   // -400..400 in quarter prediction pixels; below 0 dilates
  int blur = 0;                    // 0..400, same unit
  int motion_blur_power = 0;       // 0..100
  int face_scale = 0;              // -50..50 %; above 0 makes the pasted face smaller
  int super_resolution_power = 0;  // 0..100; needs MergeModel::enhance
  ColourTransfer colour_transfer = ColourTransfer::rct;
  Sharpen sharpen = Sharpen::none;
  int blur_sharpen_amount = 0;    // -100..100
  int denoise_power = 0;          // 0..500
  int bicubic_degrade_power = 0;  // 0..100
  int colour_degrade_power = 0;   // 0..100
};

// All res x res, 0..1; masks have one channel.
struct Prediction {
  ImageF face_bgr;
  ImageF mask_prd, mask_dst;
};
struct MergeModel {
  FaceType face_type = FaceType::whole;
  int resolution = 0;
  std::function<Result<Prediction>(const ImageF& face_bgr)> predict;
  // Optional. 256 x 256 face in, mask of that size out, 0..1 with what is below 0.1 set to 0.
  std::function<Result<ImageF>(const ImageF& face_bgr)> xseg;
  // Optional. Four times the side.
  std::function<Result<ImageF>(const ImageF& face_bgr)> enhance;
};

// How far the face's centre moves from the frame before to the frame after, in pixels, and where to, in degrees.
struct FaceMotion {
  double power = 0;
  double angle = 0;
};
struct MergeFace {
  Landmarks68 landmarks{};  // in the frame
  FaceMotion motion;
};

struct Merged {
  ImageU8 image_bgr;  // the frame's size; resolution x resolution in raw_predict (4 times that with super resolution)
  ImageU8 mask;       // one channel, same size
};

// The faces are laid over the frame in their order. No face gives the frame as it is and a black mask (raw_predict:
// black). `random` feeds idt, sot and mix; a source that starts equal in each frame keeps a clip from flickering.
Result<Merged> merge_frame(const ImageU8& frame_bgr, std::span<const MergeFace> faces, const MergeSettings&,
                           const MergeModel&, const TransferRandom& random);
// The same before the conversion to 8 bit. In raw_predict the mask's interpolation may overshoot 0..1.
struct MergedFloat {
  ImageF image_bgr;
  ImageF mask;
};
Result<MergedFloat> merge_frame_float(const ImageU8& frame_bgr, std::span<const MergeFace> faces, const MergeSettings&,
                                      const MergeModel&, const TransferRandom& random);
// With a fixed seed for every frame.
Result<Merged> merge_frame(const ImageU8& frame_bgr, std::span<const MergeFace> faces, const MergeSettings&,
                           const MergeModel&);

// Step F alone: a mask of side 4 * resolution, eroded, kept off the border, blurred (spec pipeline.md 7.3 F).
ImageF soften_mask(const ImageF& mask, int resolution, int erode, int blur);

}  // namespace understudy
