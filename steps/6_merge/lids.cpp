// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/lids.hpp"

#include <algorithm>
#include <cmath>

#include "steps/6_merge/eye_axes.hpp"

namespace understudy {
namespace {

// In widths of the eye. An eye drawn less open than the first shows no eyeball; from the second on all of it counts.
constexpr double drawn_shut = 0.04, drawn_open = 0.1;
constexpr double least_open = 0.03, most_stretched = 1.5;
// The upper lid moves some ten millimetres in a blink, the lower one two.
constexpr double upper_share = 0.85;
// Above the upper lid the skin gives way as far as the brow, below the lower one as far as its fold, farther where a
// lid goes so far that the skin would fold over; to the sides a little beyond the corners.
constexpr double reach_up = 0.5, reach_down = 0.4, reach_aside = 0.58, unfolded = 2.5;

// How much of an eye is seen beside the other: of one that is turned away the networks guess the lids.
double facing(const SeenEyes& eyes, std::size_t e) {
  constexpr double turned_away = 0.5, turned_to = 0.8;  // its width over the other's
  const double share = EyeAxes(eyes[e]).width / std::max(EyeAxes(eyes[1 - e]).width, 1e-6);
  return smooth_step((share - turned_away) / (turned_to - turned_away));
}

double seen_open(const SeenEye& has) { return smooth_step((has.open - drawn_shut) / (drawn_open - drawn_shut)); }

// By what part of itself what is open is to grow.
double wanted_growth(const SeenEye& has, const SeenEye& wanted) {
  const double seen = seen_open(has);
  if (seen <= 0) return 0;
  const double to = std::clamp(wanted.open, least_open, std::max(least_open, most_stretched * has.open));
  return (to / has.open - 1) * seen;
}

// By how much each eye is to be opened, over its width.
std::array<double, 2> opened(const SeenEyes& has, const SeenEyes& wanted, double part) {
  std::array<double, 2> growth{}, way{};
  for (std::size_t e = 0; e < 2; ++e) growth[e] = wanted_growth(has[e], wanted[e]);
  for (std::size_t e = 0; e < 2; ++e) {
    const double other = std::min(facing(has, 1 - e), facing(wanted, 1 - e));
    const double own = std::max(std::min(facing(has, e), facing(wanted, e)), 1 - other);  // one of both tells
    way[e] = (own * growth[e] + (1 - own) * growth[1 - e] * seen_open(has[e])) * has[e].open * part;
  }
  return way;
}

// Heights above and depths below the line of the corners.
struct Opening {
  double upper, lower;
};

// Of the skin that gives way to a lid which goes so far.
double reach_of(double usual, double moved) { return std::max(usual, unfolded * std::abs(moved)); }

// Where the pixel now at `down` below the line of the corners was before the lids moved.
double was_at(double down, Opening before, Opening now, double strength) {
  const double u0 = -before.upper * strength, u1 = -now.upper * strength;
  const double l0 = before.lower * strength, l1 = now.lower * strength;
  const auto given_way = [](double moved, double t) { return t < 1 ? moved * (1 - t) * (1 - t) : 0; };
  if (down <= u1) return down + given_way(u0 - u1, (u1 - down) / reach_of(reach_up, u0 - u1));
  if (down >= l1) return down + given_way(l0 - l1, (down - l1) / reach_of(reach_down, l0 - l1));
  return u0 + (l0 - u0) * (down - u1) / std::max(l1 - u1, 1e-9);
}

void move_lids(ImageF& face, const SeenEye& eye, Opening before, Opening now) {
  const EyeAxes axes(eye);
  const double way_out =
      std::max(reach_of(reach_up, now.upper - before.upper), reach_of(reach_down, now.lower - before.lower));
  const double side = axes.width * (way_out + std::max({before.upper, now.upper, before.lower, now.lower}));
  const double reach = std::max(side, axes.width * reach_aside) * 1.2;
  warp_around(face, axes.middle, reach, [&](Point at) {
    const Point own = axes.of(at);
    const double aside = own.x / reach_aside, strength = std::max(0.0, 1 - aside * aside);
    return strength > 0 ? axes.turned({0, (own.y - was_at(own.y, before, now, strength)) * axes.width}) : Point{};
  });
}

}  // namespace

Lids with_lids(ImageF face, const SeenEyes& has, const SeenEyes& wanted, double part) {
  constexpr double unseen = 0.02;  // of a pixel
  Lids lids{std::move(face), has};
  const auto ways = opened(has, wanted, part);
  for (std::size_t e = 0; e < has.size(); ++e) {
    const EyeAxes axes(has[e]);
    const double way = ways[e];
    if (!(std::abs(way) * axes.width >= unseen)) continue;
    // The lines of both lids, so that they are apart by what is open.
    const Opening before{has[e].upper, has[e].open - has[e].upper};
    const Opening now{before.upper + upper_share * way, before.lower + (1 - upper_share) * way};
    move_lids(lids.face_bgr, has[e], before, now);
    SeenEye& eye = lids.eyes[e];
    eye.open += way;
    eye.upper = now.upper;
    const Point iris = axes.of(eye.iris);
    const double t = std::clamp((iris.y + before.upper) / std::max(has[e].open, 1e-6), 0.0, 1.0);
    eye.iris = axes.middle + axes.turned({iris.x, -now.upper + t * eye.open}) * axes.width;
  }
  return lids;
}

}  // namespace understudy
