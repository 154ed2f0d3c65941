// SPDX-License-Identifier: Apache-2.0
// What an artist does to the face's colours by hand, and the plate's grain given to it.
#pragma once

#include "lib/image/image.hpp"
#include "lib/timeline/merge_settings.hpp"

namespace understudy {

// Whether the settings ask for any of it.
bool changes_face(const MergeSettings&);

// Exposure, white balance, gamma, contrast, saturation, in this order, on values as they are encoded: BGR, from 0 to
// `most` in and out.
void grade(ImageF& face_bgr, const MergeSettings&, float most = 1);

// Standard deviation of the noise in each channel, B, G, R, of the part where the mask is above a half (anywhere with
// an empty mask): the median over small blocks, so that edges and features do not count. 0 where there is too little.
// After Immerkaer, "Fast Noise Variance Estimation", Computer Vision and Image Understanding 64 (1996).
std::array<double, 3> noise_of(const ImageF& bgr, const ImageF& mask);

// Adds so much noise that the face has `part` of the plate's. The same plate gives the same noise; another frame other.
void add_grain(ImageF& face_bgr, const ImageF& plate_bgr, const ImageF& mask, double part);

}  // namespace understudy
