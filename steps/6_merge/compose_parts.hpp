// SPDX-License-Identifier: Apache-2.0
// The stages of compose.cpp that stand on their own.
#pragma once

#include "lib/face/masks.hpp"
#include "steps/6_merge/compose.hpp"

namespace understudy {

// What every stage of one face needs. Images of the frame are cut to `region`, and the maps start there.
struct FaceContext {
  const MergeSettings& settings;
  const MergeModel& model;
  const TransferRandom& random;
  int resolution;         // R
  int output;             // O: the prediction's working side
  int mask_side;          // S: the mask's working side
  Affine crop_map;        // region -> O x O crop (M)
  Affine scaled_map;      // region -> O x O, with the face scale (Mo)
  Affine mask_map;        // region -> S x S, with the face scale (Mm)
  Affine xseg_map;        // region -> 256 x 256
  Landmarks68 landmarks;  // in the region
  FaceMotion motion;
};

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
