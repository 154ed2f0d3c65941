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
  Point step;  // along which the face moves in the frame's time, in pixels of the O x O crop
  bool deep;   // a plate of more than 8 bits
  const PlateColours* plate;
  std::span<const WeightedMeasure> window;
  std::optional<ColourMeasure>* measure;  // where the colours are only to be measured
  PixelBox inner;                         // in the region
  Affine inner_crop_map;                  // inner -> O x O (M)
};

// One face's result inside its region of the frame; outside, the frame is unchanged and the mask is 0.
struct FaceLayer {
  PixelBox box;
  ImageF image_bgr;
  ImageF mask;
};
// With `measure`, only that is filled.
template <class T>  // std::uint8_t or std::uint16_t
Result<FaceLayer> merge_face(const Image<T>& frame_bgr, const FaceLook&, const TransferRandom&,
                             std::optional<ColourMeasure>* measure = nullptr);

// As networks see it.
ImageF in_sdr(const FaceContext&, ImageF picture);

// Denoise, bicubic and colour degrade work on the whole frame, so there the region is the frame.
bool changes_whole_frame(const MergeSettings&);
// What all stages of a face read and write of the frame; empty where there is no face to speak of.
PixelBox region_of(int frame_width, int frame_height, const Landmarks68&, const MergeSettings&, const MergeModel&);
// `region` in the frame; the context holds what the look names, and random, by reference.
FaceContext context_of(const FaceLook&, const PixelBox& region, bool deep, const TransferRandom&,
                       std::optional<ColourMeasure>* measure = nullptr);
// The part of the region where the mask may be above 0, with room for what reads the pixels beside it.
PixelBox reach_of(const ImageF& crop_mask, const Affine& mask_map, const PixelBox& region);
// From here on only that part of the region is worked on.
void narrow(FaceContext&, const PixelBox& inner);

// Stage E: the chosen mask, O x O.
Result<ImageF> select_mask(const FaceContext&, const ImageF& region_bgr, const ImageF& hull, const ImageF& face,
                           const Prediction& prediction);

// Stages I and J, L2 and L3: the face fitted to the target, by its transfer and in the modes that match histograms;
// mask is W at O x O. Measured over the window where there is one. With `measure` that is filled instead.
ImageF recoloured(const FaceContext&, ImageF face, const ImageF& target, const ImageF& mask);

inline bool is_seamless(MergeMode mode) {
  return mode == MergeMode::seamless || mode == MergeMode::seamless_hist_match;
}
inline bool is_raw(MergeMode mode) { return mode == MergeMode::raw_rgb || mode == MergeMode::raw_predict; }

}  // namespace understudy
