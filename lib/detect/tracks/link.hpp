// SPDX-License-Identifier: Apache-2.0
// Which faces of different frames are one face going through a shot.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/detect/tracks/smoother.hpp"

namespace understudy {

// A face in a frame, as much of it as linking needs.
struct Sighting {
  int face = 0;  // its index in the frame
  Standing standing;
  float confidence = 0;  // 0..1
  bool pinned = false;   // placed by hand
};
using Sightings = std::vector<std::vector<Sighting>>;  // by frame

struct Link {
  std::int64_t frame = 0;
  Sighting sighting;
};
using Track = std::vector<Link>;  // ascending frames, at most one face each, no gap longer than longest_gap

constexpr int longest_gap = 10;  // frames that a face may be lost for and still be the same

// Every face in one track; tracks in the order of their first frames, then of the index of the face there.
std::vector<Track> link(const Sightings&, const std::vector<bool>& shot_begins);

// Is it a thing that looked like a face for a moment? True for short tracks of low confidence that could have gone on
// before or after, as real faces do.
bool is_flicker(const Track&, const std::vector<bool>& shot_begins);

}  // namespace understudy
