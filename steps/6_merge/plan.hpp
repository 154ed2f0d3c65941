// SPDX-License-Identifier: Apache-2.0
// Which faces go into which frame, and with which settings: the timeline applied.
#pragma once

#include <memory>

#include "lib/timeline/timeline.hpp"
#include "steps/6_merge/alignments.hpp"

namespace understudy {

struct PlannedFace {
  MergeFace face;
  MergeSettings settings;
  std::string model;  // a person's own; empty: that of the merge
};
struct PlannedFrame {
  std::vector<PlannedFace> faces;
  bool raw = false;   // raw-predict: the frame's picture is the prediction alone
  bool seen = false;  // there is a face in the frame, whether it is replaced or not
  // Added to the face's blue, green and red, 0..1, so that it stands to the plate as in the frame that is held.
  std::array<double, 3> colour_shift{};
  // Where a fallback took the place of what was planned first: that.
  std::shared_ptr<const PlannedFrame> without_fallback;
};

// Faces of persons who have no model are left out. raw-predict is a mode of the frame: it holds for all its faces or
// for none. `clip_wide` as settings_at() takes it.
PlannedFrame planned(const Timeline&, std::int64_t frame, const std::vector<MergeFace>&,
                     const SettingValues& clip_wide);

// The face that stands largest in the frame; null for none, or where the landmarks are no face.
const PlannedFace* largest_face(const PlannedFrame&);

// One number for all that the face's picture depends on beside its model: where it is and its settings.
std::uint64_t digest_of(const PlannedFace&, std::uint64_t seed);

}  // namespace understudy
