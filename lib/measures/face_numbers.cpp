// SPDX-License-Identifier: Apache-2.0
#include "lib/measures/face_numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace understudy {
namespace {

using N = FaceNumbers;
constexpr std::array rows{
    NumberRow{"width", &N::width, "width of the picture, pixels"},
    NumberRow{"height", &N::height, "height of the picture, pixels"},
    NumberRow{"blur", &N::blur, "sharpness as DeepFaceLab's sort by blur measures it, 0..1; higher is sharper"},
    NumberRow{"motion_blur", &N::motion_blur, "variance of the Laplacian; higher is sharper"},
    NumberRow{"yaw", &N::yaw, "DeepFaceLab's yaw, radians; positive: nose to the image's left"},
    NumberRow{"pitch", &N::pitch, "DeepFaceLab's pitch, radians; positive: nose up"},
    NumberRow{"turn", &N::turn, "true yaw of the head, degrees; positive: nose to the image's left"},
    NumberRow{"nod", &N::nod, "true pitch of the head, degrees; positive: nose up"},
    NumberRow{"tilt", &N::tilt, "true roll of the head in the crop, degrees"},
    NumberRow{"rect_size", &N::rect_size, "area of the face's rectangle in the frame, square pixels"},
    NumberRow{"brightness", &N::brightness, "mean HSV value, 0..255"},
    NumberRow{"hue", &N::hue, "mean HSV hue, 0..179"},
    NumberRow{"black", &N::black, "colour samples that are 0"},
    NumberRow{"enlarged", &N::enlarged, "crop pixels a frame pixel; above 1 the face was smaller in the frame"},
    NumberRow{"visible", &N::visible, "share of the face that lies within the frame and within its mask, 0..1"},
    NumberRow{"confidence", &N::confidence, "of detector and landmarks, 0..1"},
    NumberRow{"mouth_open", &N::mouth_open, "gap between the lips, in eye distances"},
    NumberRow{"mouth_wide", &N::mouth_wide, "width of the mouth, in eye distances"},
    NumberRow{"eyes_open", &N::eyes_open, "gap between the lids, in eye distances"},
    NumberRow{"brows_raised", &N::brows_raised, "from brow to lid, in eye distances"},
    NumberRow{"quality", &N::quality, "one score, 0..1: sharp, not enlarged, wholly visible, surely a face"},
    NumberRow{"track", &N::track, "number of the person's track in the clip"},
    NumberRow{"person", &N::person, "who it is: 0 for the person seen most"},
    NumberRow{"polygons", &N::polygons, "polygons of a hand-made mask"},
    NumberRow{"masked", &N::masked, "1 with an XSeg mask, else 0"},
};
static_assert(rows.size() * sizeof(double) == sizeof(FaceNumbers), "every number has a row");

}  // namespace

std::span<const NumberRow> number_rows() { return rows; }

const NumberRow* find_number(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &NumberRow::name);
  return found == rows.end() ? nullptr : &*found;
}

double quality_of(const FaceNumbers& n) {
  const auto or_one = [](double v) { return std::isnan(v) ? 1.0 : std::clamp(v, 0.0, 1.0); };
  if (std::isnan(n.blur)) return unknown;
  const double sharp = std::clamp(n.blur / 0.5, 0.0, 1.0);
  const double sized = std::isnan(n.enlarged) ? 1.0 : std::min(1.0, 1 / std::max(n.enlarged, 1e-6));
  return std::sqrt(sharp * sized) * or_one(n.visible) * or_one(n.confidence);
}

}  // namespace understudy
