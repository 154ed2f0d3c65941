// SPDX-License-Identifier: Apache-2.0
// A face's stored mask as others use it, and how far two masks agree. Masks have one channel, 0..1.
#pragma once

#include <optional>

#include "lib/face/face_file.hpp"

namespace understudy {

// As encode_mask() of lib/face/face_file.hpp, for a mask of 0..255 that is to come back just so.
Result<Bytes> encode_mask(const ImageU8& mask);
// The stored mask at that size, cubic and clamped, as DeepFaceLab's trainer uses it (spec pipeline.md 3.5); nothing
// for a face without, bad_file for bytes that are no picture.
Result<std::optional<ImageF>> stored_mask(const FaceInfo&, int width, int height);
// The labels drawn at the size of the crop, for a face that has an include polygon; nothing for others.
std::optional<ImageF> label_mask(const FaceInfo&, int width, int height);

// Intersection over union, 0..1, of what is at least 0.5 in each; 1 when both are empty. `b` is resized to a's size.
double mask_iou(const ImageF& a, const ImageF& b);

// How unsure whoever made the mask is of it, where `probability` says of each pixel how likely it is face and those
// from the threshold on are the mask: the share of mask and truth together that it expects to be only in one of the
// two, if its probabilities are right. It is 1 - IoU as expected, so it stands beside one that was measured: 0 sure, 1
// not at all; 0 where no pixel may be face.
double mask_uncertainty(const ImageF& probability, double threshold);

// How a mask stands to the hull of the landmarks, both of one size and in shares of what is at least 0.5.
struct HullComparison {
  double iou = 1;
  double left_out = 0;  // of the hull's pixels, those that the mask lacks: something before the face, or a hole
  double beyond = 0;    // of the mask's pixels, those outside of the hull: the forehead, or a mask that leaks
};
HullComparison compare_with_hull(const ImageF& mask, const ImageF& hull);

}  // namespace understudy
