// SPDX-License-Identifier: Apache-2.0
// The numbers of one face, and the one table of their names: columns of the catalogue, words of a filter, rows of the
// statistics.
#pragma once

#include <limits>
#include <span>
#include <string_view>

namespace understudy {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// Of a picture without face metadata only those marked (*) are known; the others are NaN.
struct FaceNumbers {
  double width = unknown;        // * pixels
  double height = unknown;       // *
  double blur = unknown;         // sharpness (CPBD) of the hull-masked picture, 0..1
  double motion_blur = unknown;  // variance of the Laplacian, hull-masked
  double yaw = unknown;          // DeepFaceLab's, radians; > 0: nose to the image's left
  double pitch = unknown;        // DeepFaceLab's, radians; > 0: nose up
  double turn = unknown;         // the head's own angles in degrees: turn to the image's left,
  double nod = unknown;          // up,
  double tilt = unknown;         // and towards the shoulder
  double rect_size = unknown;    // area of the face's rectangle in the frame, square pixels
  double brightness = unknown;   // * mean of HSV value, 0..255
  double hue = unknown;          // * mean of HSV hue, 0..179
  double black = unknown;        // * number of channel samples that are 0
  double enlarged = unknown;     // crop pixels a pixel of the frame, along one side
  double visible = unknown;      // share of the face's hull that is not black (outside of the frame) nor masked away
  double confidence = unknown;   // of detector and landmarks, 0..1; NaN for faces of other programs
  double mouth_open = unknown;   // see Expression
  double mouth_wide = unknown;
  double eyes_open = unknown;
  double brows_raised = unknown;
  double quality = unknown;   // 0..1, see quality_of()
  double track = unknown;     // number that the extraction gave to the person's track
  double person = unknown;    // who it is, 0 the most seen: by the extraction, or later by `faceset identity`
  double polygons = unknown;  // of the hand-made mask
  double masked = unknown;    // 1 with an XSeg mask, else 0
};

struct NumberRow {
  std::string_view name;
  double FaceNumbers::*member;
  std::string_view help;
};
std::span<const NumberRow> number_rows();
const NumberRow* find_number(std::string_view name);  // null when there is none

// One number for sorting out bad faces, 0..1: sqrt(sharp * sized) * visible * confidence, where sharp is the sharpness
// with 0.5 counting as 1, sized is 1 for a crop that is no larger than the face was in its frame, and less the more it
// was enlarged, and an unknown confidence counts as 1.
double quality_of(const FaceNumbers&);

}  // namespace understudy
