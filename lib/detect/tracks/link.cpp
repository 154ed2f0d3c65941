// SPDX-License-Identifier: Apache-2.0
#include "lib/detect/tracks/link.hpp"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr double reach = 0.8, reach_each_frame = 0.25;  // sides of the face that it may be off from where it was going
constexpr double most_growth = 0.5;                     // change of the logarithm of the size
constexpr double most_turn = 1.2;                       // radians

struct Open {
  std::size_t track = 0;
  std::int64_t last = 0;
};

double turn(double a, double b) { return std::abs(std::remainder(a - b, 6.283185307179586)); }

// Where the track goes on to if it keeps the way of its last two frames.
Standing expected(const Track& track, std::int64_t frame) {
  Standing s = track.back().sighting.standing;
  if (track.size() < 2) return s;
  const auto& before = track[track.size() - 2];
  const double ahead = std::min(
      2.0, static_cast<double>(frame - track.back().frame) / static_cast<double>(track.back().frame - before.frame));
  s.x += ahead * (s.x - before.sighting.standing.x);
  s.y += ahead * (s.y - before.sighting.standing.y);
  return s;
}

// How badly the face fits, 0..; negative when it cannot be the same.
double misfit(const Track& track, std::int64_t frame, const Sighting& face) {
  const Standing &last = track.back().sighting.standing, &now = face.standing;
  const Standing going = expected(track, frame);
  const double side = std::exp((last.log_size + now.log_size) / 2);
  const double off =
      std::min(std::hypot(now.x - going.x, now.y - going.y), std::hypot(now.x - last.x, now.y - last.y)) / side;
  const double growth = std::abs(now.log_size - last.log_size), turned = turn(now.angle, last.angle);
  const auto gap = static_cast<double>(frame - track.back().frame - 1);
  if (off > reach + reach_each_frame * gap || growth > most_growth || turned > most_turn) return -1;
  return off + growth + 0.3 * turned + 0.05 * gap;
}

}  // namespace

std::vector<Track> link(const Sightings& frames, const std::vector<bool>& shot_begins) {
  std::vector<Track> tracks;
  std::vector<Open> open;
  struct Pair {
    double misfit;
    std::size_t open, face;
  };
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const auto frame = static_cast<std::int64_t>(f);
    if (shot_begins[f]) open.clear();
    std::erase_if(open, [&](const Open& o) { return frame - o.last > longest_gap; });
    std::vector<Pair> pairs;
    for (std::size_t o = 0; o < open.size(); ++o) {
      for (std::size_t i = 0; i < frames[f].size(); ++i) {
        const double bad = misfit(tracks[open[o].track], frame, frames[f][i]);
        if (bad >= 0) pairs.push_back({bad, o, i});
      }
    }
    std::ranges::stable_sort(pairs, {}, &Pair::misfit);
    std::vector<bool> taken(frames[f].size()), went_on(open.size());
    for (const auto& pair : pairs) {
      if (taken[pair.face] || went_on[pair.open]) continue;
      taken[pair.face] = went_on[pair.open] = true;
      tracks[open[pair.open].track].push_back({frame, frames[f][pair.face]});
      open[pair.open].last = frame;
    }
    for (std::size_t i = 0; i < frames[f].size(); ++i) {
      if (taken[i]) continue;
      open.push_back({tracks.size(), frame});
      tracks.push_back({{frame, frames[f][i]}});
    }
  }
  return tracks;
}

bool is_flicker(const Track& track, const std::vector<bool>& shot_begins) {
  constexpr std::size_t short_track = 4;
  constexpr double sure = 0.75;
  if (track.size() >= short_track) return false;
  double best = 0;
  for (const auto& link : track) {
    if (link.sighting.pinned) return false;
    best = std::max<double>(best, link.sighting.confidence);
  }
  const auto first = static_cast<std::size_t>(track.front().frame),
             after = static_cast<std::size_t>(track.back().frame) + 1;
  const bool went_before = !shot_begins[first], goes_on = after < shot_begins.size() && !shot_begins[after];
  return best < sure && (went_before || goes_on);
}

}  // namespace understudy
