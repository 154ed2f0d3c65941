// SPDX-License-Identifier: Apache-2.0
// Sorting embeddings by person.
#pragma once

#include <span>
#include <vector>

#include "lib/identity/embedding.hpp"

namespace understudy {

// A number for each embedding: 0 for the person with most faces, 1 for the next. The same input gives the same numbers.
// Faces are first gathered into tight groups, then groups are joined by "Chinese whispers" among those nearer than
// `threshold`; 50,000 faces of a few people take seconds.
std::vector<int> cluster_by_person(std::span<const Embedding>, double threshold = same_group);

// How far each lies from the middle of its person's: large ones are another person, hidden or blurred.
std::vector<double> oddness(std::span<const Embedding>, std::span<const int> persons);

}  // namespace understudy
