// SPDX-License-Identifier: Apache-2.0
// The same face in the frames around, for what is measured over time.
#pragma once

#include <optional>
#include <vector>

#include "steps/6_merge/plan.hpp"

namespace understudy {

// Which of the faces of a near frame is that face, by its place among them: of its person, where both are known, else
// of about its size and place; the nearest of them. Nothing when there is none. `frames_away`: 1 for the next frame.
std::optional<std::size_t> same_face(const MergeFace&, const std::vector<const MergeFace*>& of_near_frame,
                                     int frames_away);

// Gives each face its step: from the landmarks of the same face in the frame before and the one behind, or in one of
// them and its own; none at all gives no step. Motion ends with the shot.
void measure_steps(std::vector<std::vector<MergeFace>>& frames, const Timeline&);

// A face whose colours count for those of another.
struct WindowFace {
  std::int64_t frame = 0;
  std::size_t face = 0;  // of that frame's plan
  double weight = 1;     // falls evenly from the middle of the window to its ends
  bool operator==(const WindowFace&) const = default;
};
// The same face in the frames around, and itself, as far as its colour_window goes within its shot and along its track
// (a gap of some frames ends it); of those that are put through the same model, mask and kind of mode. Empty where
// the settings ask for none.
std::vector<WindowFace> window_of(const std::vector<PlannedFrame>&, const Timeline&, std::int64_t frame,
                                  std::size_t face);
// By frame and face: whether it is in the window of a face of one of the frames that are wanted.
std::vector<std::vector<bool>> in_windows(const std::vector<PlannedFrame>&, const Timeline&,
                                          const std::vector<bool>& wanted);

}  // namespace understudy
