// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/fallback.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

// The face of another frame that is the same person's, or the only one where nobody is told apart.
const PlannedFace* same_face(const PlannedFrame& plan, const PlannedFace& face) {
  const auto own =
      std::ranges::find_if(plan.faces, [&](const PlannedFace& other) { return other.face.person == face.face.person; });
  if (own != plan.faces.end() && face.face.person) return &*own;
  const bool told_apart = face.face.person && !plan.faces.empty() && plan.faces.front().face.person;
  return plan.faces.size() == 1 && !told_apart ? &plan.faces.front() : nullptr;
}

Landmarks68 between(const Landmarks68& a, const Landmarks68& b, double share) {
  Landmarks68 out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = a[i] + (b[i] - a[i]) * share;
  return out;
}

bool same_looks(const PlannedFrame& a, const PlannedFrame& b) {
  return std::ranges::equal(a.faces, b.faces, [](const PlannedFace& x, const PlannedFace& y) {
    return x.settings == y.settings && x.face.landmarks == y.face.landmarks && x.model == y.model;
  });
}

}  // namespace

Result<std::vector<FallbackRule>> fallback_rules(const Timeline& timeline, std::int64_t frame,
                                                 const SettingValues& clip_wide) {
  return parse_fallbacks(settings_at(timeline, frame, {}, clip_wide).fallback);
}

// The next frame of the shot in that direction which has faces to be replaced and not that reason.
std::optional<std::size_t> Fallbacks::good_frame(std::size_t frame, Reason reason, int step) const {
  for (auto k = static_cast<std::ptrdiff_t>(frame) + step; k >= 0 && k < std::ssize(plans_); k += step) {
    const auto other = static_cast<std::size_t>(k);
    if (facts_[other].shot != facts_[frame].shot) break;
    if (!plans_[other].faces.empty() && !plans_[other].raw && !judged_[other].has(reason)) return other;
  }
  return {};
}

void Fallbacks::hold_settings(PlannedFrame& plan, std::size_t from) const {
  for (auto& face : plan.faces) {
    auto fallback = std::move(face.settings.fallback);
    face.settings = settings_at(timeline_, static_cast<std::int64_t>(from), face.face.person, clip_wide_);
    face.settings.fallback = std::move(fallback);
  }
}

// False where there are not two frames to hold them between.
bool Fallbacks::hold_places(PlannedFrame& plan, std::size_t frame, Reason reason) const {
  const auto before = good_frame(frame, reason, -1), behind = good_frame(frame, reason, 1);
  if (!before || !behind) return false;
  const double share = static_cast<double>(frame - *before) / static_cast<double>(*behind - *before);
  if (reason == Reason::no_face) plan.faces = plans_[*before].faces;
  std::vector<PlannedFace> held;
  for (PlannedFace face : plan.faces) {
    const auto* first = same_face(plans_[*before], face);
    const auto* last = same_face(plans_[*behind], face);
    if (first && last)
      face.face.landmarks = between(first->face.landmarks, last->face.landmarks, share);
    else if (reason == Reason::no_face)
      continue;  // whoever it was has left
    held.push_back(std::move(face));
  }
  plan.faces = std::move(held);
  return !plan.faces.empty();
}

std::optional<PlannedFrame> Fallbacks::of(std::size_t frame, std::span<const FallbackRule> rules) const {
  const PlannedFrame& old = plans_[frame];
  const auto rule = std::ranges::find_if(rules, [&](const FallbackRule& r) { return judged_[frame].has(r.reason); });
  if (rule == rules.end() || old.raw) return {};
  const Reason reason = rule->reason;
  PlannedFrame plan = old;
  if (rule->what == Fallback::original) {
    plan.faces.clear();
  } else {
    auto good = good_frame(frame, reason, -1);
    if (!good) good = good_frame(frame, reason, 1);
    if (!good) return {};
    const bool doubtful = reason == Reason::no_face || reason == Reason::low_score;
    if (rule->what == Fallback::hold && doubtful) hold_places(plan, frame, reason);
    hold_settings(plan, *good);
    const bool held = rule->what == Fallback::hold && needs_rendering(reason) && plan.faces.size() == 1;
    const bool known = std::isfinite(facts_[*good].offset[0]) && std::isfinite(facts_[frame].offset[0]);
    if (held && known && same_looks(plan, old)) {
      for (std::size_t c = 0; c < 3; ++c) plan.colour_shift[c] = facts_[*good].offset[c] - facts_[frame].offset[c];
    }
  }
  if (same_looks(plan, old) && plan.colour_shift == old.colour_shift) return {};
  plan.without_fallback = std::make_shared<const PlannedFrame>(old);
  return plan;
}

}  // namespace understudy
