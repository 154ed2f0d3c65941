// SPDX-License-Identifier: Apache-2.0
// What is measured on the pixels of a composite beside the frame that it was made of (the plate). No truth is needed.
// Pictures are BGR, mattes have one channel, 0..1: the share of the pasted face. NaN where nothing can be told.
#pragma once

#include <array>
#include <span>

#include "lib/face/landmarks.hpp"
#include "lib/image/image.hpp"

namespace understudy::score {

// A face cut out upright: the full-face square of its landmarks (FaceType::full), side x side.
struct FaceCut {
  ImageU8 face_bgr;
  Landmarks68 landmarks;  // in it
};
FaceCut cut_face(const ImageU8& picture_bgr, const Landmarks68&, int side);
// The side at which the face stands in the picture, in its pixels.
double standing_side(const Landmarks68&);

// Mean energy of fine detail inside the face's hull, over its mean brightness squared: what lies between scales of
// 1/256 and 1/100 of the full-face square (difference of Gaussians). Compare faces of one side only.
double detail_energy(const FaceCut&);

// Mean gradient across the matte's edge in the composite over the plate's there, as far as the edge itself makes it: 1
// where the pasted face meets the plate in the plate's own colours, however hard the matte is. Weighted by how steep
// the matte is.
double seam(const ImageU8& plate_bgr, const ImageU8& result_bgr, const ImageF& matte);

// Mean change of the picture inside the matte from `before` to `now` that its own motion does not explain, levels of
// 0..1. All of one size.
double unexplained_change(const ImageU8& before_bgr, const ImageU8& now_bgr, const ImageF& matte);

// Means under the matte, blue, green, red, 0..1: of the plate, and what the pasted face is more than that.
struct FaceColours {
  std::array<double, 3> plate{}, offset{};
};
// result - plate is matte * (face - plate), so pixels that the merge left alone say nothing.
FaceColours face_colours(const ImageU8& plate_bgr, const ImageU8& result_bgr, const ImageF& matte);
// Of two colours, blue, green, red, 0..1 (clamped): their distance in CIELAB. NaN where one is.
double colour_distance(const std::array<double, 3>& a_bgr, const std::array<double, 3>& b_bgr);

// How far the skin of the composite's face lies from skin of the plate that was not painted over (neck, forehead),
// beyond how far the plate's own face lies from it. In CIELAB units with lightness at half weight; 0 when it is no
// farther.
double skin_mismatch(const ImageU8& plate_bgr, const ImageU8& result_bgr, const ImageF& matte, const Landmarks68&);

}  // namespace understudy::score
