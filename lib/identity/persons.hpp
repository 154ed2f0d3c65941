// SPDX-License-Identifier: Apache-2.0
// Sorting embeddings by person.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "lib/identity/embedding.hpp"

namespace understudy {

// A number for each embedding; nothing once `stop` says so. 0 for the person with most faces, 1 for the next. The same
// input gives the same numbers. Faces are first gathered into tight groups, then groups are joined by "Chinese
// whispers" among those nearer than `threshold`; 50,000 faces of a few people take seconds.
std::optional<std::vector<int>> cluster_by_person(std::span<const Embedding>, double threshold = same_group,
                                                  const std::function<bool()>& stop = {});

// A face that goes through a shot, as much of it as telling persons apart needs.
struct TrackSamples {
  std::int64_t first = 0, last = 0;   // frames of the clip
  std::vector<Embedding> embeddings;  // of a few of its faces
};
// A number for each track: 0 for the person with most embeddings; -1 without any. Tracks that are there at the same
// time are different people, however much these look alike. Nothing once `stop` says so.
std::optional<std::vector<int>> persons_of_tracks(std::span<const TrackSamples>, double threshold = same_group,
                                                  const std::function<bool()>& stop = {});

// How far each lies from the middle of its person's: large ones are another person, hidden or blurred.
std::vector<double> oddness(std::span<const Embedding>, std::span<const int> persons);

}  // namespace understudy
