// SPDX-License-Identifier: Apache-2.0
// The stages of compose.cpp that stand on their own.
#pragma once

#include "lib/face/masks.hpp"
#include "steps/6_merge/compose.hpp"

namespace understudy {

// What every stage of one face needs. Images of the frame are cut to a region, and the maps start there; from the
// mask on they are cut to `inner`, the part of the region that the mask may reach.
struct FaceContext {
  const MergeSettings& settings;
  const MergeModel& model;
  const TransferRandom& random;
  int resolution;         // R
  int output;             // O: the prediction's working side
  int mask_side;          // S: the mask's working side
  Affine crop_map;        // region -> O x O crop (M)
  Affine scaled_map;      // region, later inner -> O x O, with the face scale (Mo)
  Affine mask_map;        // region, later inner -> S x S, with the face scale (Mm)
  Affine xseg_map;        // region -> 256 x 256
  Landmarks68 landmarks;  // in the region
  FaceMotion motion;
  PixelBox inner;         // in the region
  Affine inner_crop_map;  // inner -> O x O (M)
};

// Denoise, bicubic and colour degrade work on the whole frame, so there the region is the frame.
bool changes_whole_frame(const MergeSettings&);
// What all stages of a face read and write of the frame; empty where there is no face to speak of.
PixelBox region_of(int frame_width, int frame_height, const Landmarks68&, const MergeSettings&, const MergeModel&);
// `region` in the frame; the context holds settings, model and random by reference.
FaceContext context_of(const MergeFace&, const PixelBox& region, const MergeSettings&, const MergeModel&,
                       const TransferRandom&);
// The part of the region where the mask may be above 0, with room for what reads the pixels beside it.
PixelBox reach_of(const ImageF& crop_mask, const Affine& mask_map, const PixelBox& region);
// From here on only that part of the region is worked on.
void narrow(FaceContext&, const PixelBox& inner);

// Stage E: the chosen mask, O x O.
Result<ImageF> select_mask(const FaceContext&, const ImageF& region_bgr, const ImageF& hull, const ImageF& face,
                           const Prediction& prediction);

// Stages I and L2: face recoloured like target; mask is W at O x O.
ImageF transfer_colour(ColourTransfer, const ImageF& face, const ImageF& target, const ImageF& mask,
                       const TransferRandom&);
// Stage J.
ImageF match_masked(const MergeSettings&, const ImageF& face, const ImageF& target, const ImageF& mask);

inline bool is_seamless(MergeMode mode) {
  return mode == MergeMode::seamless || mode == MergeMode::seamless_hist_match;
}
inline bool is_raw(MergeMode mode) { return mode == MergeMode::raw_rgb || mode == MergeMode::raw_predict; }

}  // namespace understudy
