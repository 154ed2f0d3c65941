// SPDX-License-Identifier: Apache-2.0
// From what is known and was measured of every frame to the reasons to look at it. No picture is needed here.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/timeline/fallback_rules.hpp"

namespace understudy {

// Of a frame's largest face; NaN where it is not known.
struct FrameFacts {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  // Known before anything is rendered.
  std::size_t shot = 0;       // frames are held against others of their shot only
  bool face = false;          // one was found, whether it is replaced or not
  double score = unknown;     // of detector and landmarks, 0..1
  double size = unknown;      // of the face in the frame, pixels
  double beyond = unknown;    // degrees of yaw and pitch from the next pose that src has
  double yaw = 0, pitch = 0;  // degrees

  // Measured in the merged frame as it is without a fallback.
  bool measured = false;
  double left_out = unknown, outside = unknown;     // of the mask against the hull: see HullComparison
  double detail = unknown, plate_detail = unknown;  // score::detail_energy()
  std::array<double, 3> plate_colour{unknown, unknown, unknown},
      offset{unknown, unknown, unknown};            // score::FaceColours
  double change = unknown, plate_change = unknown;  // score::unexplained_change() from the frame before
  double seam = unknown;                            // score::seam()
  double src_distance = unknown;                    // of the embeddings
};

struct FoundReason {
  Reason reason = Reason::no_face;
  double value = 0;
  double limit = 0;
  double severity = 0;  // 0 < severity <= 1: how far beyond the limit
};
// By frame and reason.
using ReasonValues = std::array<double, reason_count>;  // NaN where it cannot be told

struct JudgedFrame {
  ReasonValues values{};
  std::vector<FoundReason> found;  // worst first
  double severity() const { return found.empty() ? 0 : found.front().severity; }
  const FoundReason* has(Reason) const;
};

// Beyond which value a frame is worth a look, and from which on it cannot be worse. Where `worst` is the smaller one,
// small values are bad.
struct ReasonLimit {
  double limit = 0, worst = 0;
  const char* says = "";  // what the value is
};
const ReasonLimit& limit_of(Reason);

std::vector<JudgedFrame> judge_frames(std::span<const FrameFacts>);

}  // namespace understudy
