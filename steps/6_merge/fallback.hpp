// SPDX-License-Identifier: Apache-2.0
// What becomes of frames that have a reason to look at them: the plan with the fallbacks that the settings name.
#pragma once

#include "steps/6_merge/plan.hpp"
#include "steps/6_merge/reasons.hpp"

namespace understudy {

// bad_option for rules that are none, by frame. The first rule whose reason holds counts:
//   original            the frame stays as it is.
//   previous-settings   the settings of the last frame of the shot without that reason (of the next one where none is
//                       before).
//   hold                these settings too. Where there is no face, or the landmarks are doubtful, the face is where it
//                       is on its straight way between the frames before and behind without that reason. Where the
//                       reason was measured and the settings are the same, the face's mean colour stands to the plate's
//                       as in that last frame.
// Nothing becomes of frames of raw-predict, nor where a fallback would change nothing.
class Fallbacks {
 public:
  Fallbacks(const Timeline& timeline, const SettingValues& clip_wide, const std::vector<PlannedFrame>& plans,
            std::span<const FrameFacts> facts, std::span<const JudgedFrame> judged)
      : timeline_(timeline), clip_wide_(clip_wide), plans_(plans), facts_(facts), judged_(judged) {}
  // The plan that takes that frame's place, with the old one in it; nothing where it stays.
  std::optional<PlannedFrame> of(std::size_t frame, std::span<const FallbackRule> rules) const;

 private:
  std::optional<std::size_t> good_frame(std::size_t frame, Reason, int step) const;
  bool hold_places(PlannedFrame&, std::size_t frame, Reason) const;
  void hold_settings(PlannedFrame&, std::size_t from) const;

  const Timeline& timeline_;
  const SettingValues& clip_wide_;
  const std::vector<PlannedFrame>& plans_;
  std::span<const FrameFacts> facts_;
  std::span<const JudgedFrame> judged_;
};

// The rules that the settings have at a frame.
Result<std::vector<FallbackRule>> fallback_rules(const Timeline&, std::int64_t frame, const SettingValues& clip_wide);

}  // namespace understudy
