// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/reasons.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "lib/identity/embedding.hpp"
#include "lib/score/pictures.hpp"
#include "lib/score/verdict.hpp"

namespace understudy {
namespace {

using Facts = std::span<const FrameFacts>;
constexpr double unknown = FrameFacts::unknown;

// A good swap's distance from the person of src; what is usual in a clip counts as no more.
constexpr double usual_person = 0.45;

// In the order of Reason. Measured on the drawn actors: clean merges stay well within, see reasons_test.
constexpr std::array<ReasonLimit, reason_count> limits{{
    {0, 1, "frames without a face between two that have one"},
    {0.5, 0, "score of detector and landmarks"},
    {8, 35, "degrees beyond the poses of src"},
    {0.15, 0.6, "share of mask or hull that disagree more than usual"},
    {0.65, 0.35, "sharpness over the neighbours'"},
    {3, 15, "CIELAB units off the neighbours"},
    {2, 6, "change from frame to frame over the plate's"},
    {1.5, 3, "gradient across the edge over the plate's"},
    {same_person - usual_person, 0.55, "farther from the person of src than usual"},
}};

double severity_of(Reason reason, double value) {
  // One frame without its face flashes; where it is missing for long, whoever it is has most likely left.
  if (reason == Reason::no_face) return std::isnan(value) ? 0 : std::clamp(1 - (value - 1) / 50, 0.2, 1.0);
  const auto& [limit, worst, says] = limit_of(reason);
  const double beyond = (value - limit) / (worst - limit);
  if (std::isnan(beyond) || beyond <= 0) return 0;
  constexpr double least = 0.1;  // what is beyond its limit is never next to nothing
  return std::min(least + (1 - least) * beyond, 1.0);
}

// Up to that many known frames of the shot around i, those before it first; without i itself.
std::vector<std::size_t> neighbours(Facts facts, std::size_t i, std::size_t before, std::size_t after,
                                    const std::function<bool(const FrameFacts&)>& known) {
  constexpr std::size_t farthest = 12;  // frames
  std::vector<std::size_t> found;
  const auto fits = [&](std::size_t k) { return facts[k].shot == facts[i].shot && known(facts[k]); };
  for (std::size_t k = i; k-- > 0 && i - k <= farthest && found.size() < before;)
    if (fits(k)) found.push_back(k);
  const std::size_t all = before + after;
  for (std::size_t k = i + 1; k < facts.size() && k - i <= farthest && found.size() < all; ++k)
    if (fits(k)) found.push_back(k);
  return found;
}

void find_gaps(Facts facts, std::vector<JudgedFrame>& frames) {
  std::size_t i = 0;
  while (i < facts.size()) {
    std::size_t end = i;
    while (end < facts.size() && !facts[end].face && facts[end].shot == facts[i].shot) ++end;
    const bool between = i > 0 && end < facts.size() && facts[i - 1].shot == facts[i].shot &&
                         facts[end].shot == facts[i].shot && end > i;
    for (std::size_t k = i; k < end && between; ++k)
      frames[k].values[static_cast<std::size_t>(Reason::no_face)] = static_cast<double>(end - i);
    i = std::max(end, i + 1);
  }
}

// A clip's masks may all reach over the forehead, or none: what counts is how far one departs from the others.
double mask_value(const FrameFacts& f, double usual_left_out, double usual_outside) {
  return std::max(f.left_out - usual_left_out, f.outside - usual_outside);
}

double median_of(Facts facts, double FrameFacts::*value) {
  std::vector<double> values;
  for (const auto& f : facts) values.push_back(f.*value);
  return score::percentile(std::move(values), 0.5);
}

double median_at(Facts facts, const std::vector<std::size_t>& frames,
                 const std::function<double(const FrameFacts&)>& of) {
  std::vector<double> values;
  for (const std::size_t k : frames) values.push_back(of(facts[k]));
  return score::percentile(std::move(values), 0.5);
}

// Where the plate itself gets softer (a fast turn, a focus that goes astray) the face may too.
double blur_value(Facts facts, std::size_t i) {
  const auto own = [](const FrameFacts& f) { return std::sqrt(f.detail); };
  const auto plate = [](const FrameFacts& f) { return std::sqrt(f.plate_detail); };
  const auto around = neighbours(facts, i, 3, 3, [](const FrameFacts& f) { return !std::isnan(f.detail); });
  if (std::isnan(facts[i].detail) || around.size() < 2) return unknown;
  const double excuse = std::min(plate(facts[i]) / std::max(median_at(facts, around, plate), 1e-9), 1.0);
  return own(facts[i]) / std::max(median_at(facts, around, own), 1e-9) / std::max(excuse, 1e-3);
}

// The face's colour as it stands to the plate's own, so that changing light is no jump.
double colour_value(Facts facts, std::size_t i) {
  const auto known = [](const FrameFacts& f) { return !std::isnan(f.offset[0]); };
  const FrameFacts& f = facts[i];
  const auto around = neighbours(facts, i, 3, 3, known);
  if (!known(f) || around.size() < 2) return unknown;
  const std::vector<std::size_t> nearest(around.begin(),
                                         around.begin() + std::min<std::ptrdiff_t>(3, std::ssize(around)));
  std::array<double, 3> now{}, usual{};
  for (std::size_t c = 0; c < 3; ++c) {
    now[c] = f.plate_colour[c] + f.offset[c];
    usual[c] = f.plate_colour[c] + median_at(facts, nearest, [c](const FrameFacts& k) { return k.offset[c]; });
  }
  return score::colour_distance(now, usual);
}

// What changes from the frame before to frame i over what the plate does; both with some grain's worth added, so that a
// plate that stands still makes no mountain of nothing.
double change_to(Facts facts, std::size_t i) {
  constexpr double least = 0.004;
  if (i == 0 || i >= facts.size() || facts[i - 1].shot != facts[i].shot) return unknown;
  return (facts[i].change + least) / (facts[i].plate_change + least);
}

// A frame that flickers differs from the frame before and from the one behind; one beside it from just one of them. At
// an end, from the next two in turn.
double flicker_value(Facts facts, std::size_t i) {
  const double before = change_to(facts, i), behind = change_to(facts, i + 1);
  if (!std::isnan(before) && !std::isnan(behind)) return std::min(before, behind);
  if (!std::isnan(behind)) return std::min(behind, change_to(facts, i + 2));
  if (!std::isnan(before) && i > 0) return std::min(before, change_to(facts, i - 1));
  return unknown;
}

}  // namespace

const ReasonLimit& limit_of(Reason reason) { return limits[static_cast<std::size_t>(reason)]; }

const FoundReason* JudgedFrame::has(Reason reason) const {
  const auto it = std::ranges::find(found, reason, &FoundReason::reason);
  return it == found.end() ? nullptr : &*it;
}

std::vector<JudgedFrame> judge_frames(Facts facts) {
  std::vector<JudgedFrame> frames(facts.size());
  for (auto& frame : frames) frame.values.fill(unknown);
  find_gaps(facts, frames);
  const double usual_left_out = median_of(facts, &FrameFacts::left_out),
               usual_outside = median_of(facts, &FrameFacts::outside),
               usual_distance = std::min(median_of(facts, &FrameFacts::src_distance), usual_person);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const FrameFacts& f = facts[i];
    const auto set = [&](Reason reason, double value) { frames[i].values[static_cast<std::size_t>(reason)] = value; };
    if (f.face) {
      set(Reason::low_score, f.score);
      set(Reason::turn, f.beyond);
    }
    if (f.measured) {
      set(Reason::mask, mask_value(f, usual_left_out, usual_outside));
      set(Reason::blur, blur_value(facts, i));
      set(Reason::colour, colour_value(facts, i));
      set(Reason::flicker, flicker_value(facts, i));
      set(Reason::edge, f.seam);
      set(Reason::identity, f.src_distance - usual_distance);
    }
    for (std::size_t r = 0; r < reason_count; ++r) {
      const auto reason = static_cast<Reason>(r);
      const double severity = severity_of(reason, frames[i].values[r]);
      if (severity > 0) frames[i].found.push_back({reason, frames[i].values[r], limit_of(reason).limit, severity});
    }
    std::ranges::stable_sort(frames[i].found, std::greater<>(), &FoundReason::severity);
  }
  return frames;
}

}  // namespace understudy
