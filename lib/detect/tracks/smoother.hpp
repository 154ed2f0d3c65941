// SPDX-License-Identifier: Apache-2.0
// A face's landmarks over a shot, freed of their trembling: where the face stands is smoothed apart from its shape,
// because a crop that trembles is seen at once while a mouth must stay quick. Every frame is judged from both sides of
// it, so nothing lags.
#pragma once

#include <optional>
#include <vector>

#include "lib/detect/tracks/local_fit.hpp"
#include "lib/face/face_file.hpp"

namespace understudy {

// Where a face stands: the similarity of its alignment points (spec pipeline.md 1.4) in numbers that can be averaged.
struct Standing {
  double x = 0, y = 0;  // frame pixels of the middle of the alignment points
  double log_size = 0;  // of the unit square's side in frame pixels
  double angle = 0;     // radians, without jumps of a full turn within a track
  bool operator==(const Standing&) const = default;
};
Standing standing_of(const Landmarks68&);
Standing standing_of(const Affine& frame_from_unit);
Affine frame_from_unit(const Standing&);

// What is known of one frame of a track.
struct Moment {
  bool seen = false;    // else the face was lost there, or what was found is not to be believed
  bool pinned = false;  // placed by hand: others are smoothed with it, it stays
  Standing standing;
};

// Frames whose face jumps away and back are marked as not seen. Returns how many.
int drop_outliers(std::vector<Moment>&);
// Indices at which the face jumps for good: a cut that the pictures did not show.
std::vector<std::size_t> jumps(const std::vector<Moment>&);
// One standing for each moment; those not seen are filled from their neighbours, pinned ones stay.
std::vector<Standing> smoothed(const std::vector<Moment>&);

// The mesh in the unit square of its own alignment, z in the same unit.
Mesh468 shape_of(const Mesh468& in_frame, const Standing&);
Mesh468 placed(const Mesh468& shape, const Standing&);

// How much each coordinate of a shape trembles by itself, learnt from five frames in a row at a time.
class ShapeNoise {
 public:
  void add(std::span<const Mesh468, 5> shapes);
  Mesh468 value() const;  // zeros when nothing was added

 private:
  std::vector<std::array<float, 468 * 3>> differences_;
};

constexpr int shape_reach = 8;
// The shape at the middle of 2 * shape_reach + 1 frames, those that are missing being empty. Renormalised: its own
// alignment is the identity again. Empty when no shape is near.
std::optional<Mesh468> smoothed_shape(std::span<const std::optional<Mesh468>> shapes, const Mesh468& noise);

}  // namespace understudy
