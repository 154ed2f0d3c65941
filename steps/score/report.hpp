// SPDX-License-Identifier: Apache-2.0
// What a score leaves behind: JSON, a table by frame, a page to look at.
#pragma once

#include <span>

#include "steps/score/measure.hpp"

namespace understudy {

// All three, under the names that the report gives.
Result<> write_score(const ScoreReport&, std::span<const MeasuredFrame>, Run&);

// The page: the total and its parts, eyes, jaw and gaze of dst and result over the clip, the worst frames.
ImageU8 draw_score(const ScoreReport&, std::span<const MeasuredFrame>);

}  // namespace understudy
