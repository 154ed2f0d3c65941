// SPDX-License-Identifier: Apache-2.0
// A faceset at a glance.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lib/catalogue/catalogue.hpp"
#include "lib/image/image.hpp"

namespace understudy {

// Counts (faces, pictures, unreadable, by face type, by size, by track), of every number the share of faces that have
// it, least, middle, most and a histogram of 20 bins, and how many cells of the pose map hold faces.
nlohmann::json stats_of(const std::vector<CatalogueEntry>&);

// How many faces look where: turn to the side by nod, 5 degrees a cell, as if seen by the viewer.
ImageU8 draw_pose_map(const std::vector<CatalogueEntry>&);
// One small chart for every number that tells something about a set.
ImageU8 draw_histograms(const std::vector<CatalogueEntry>&);

}  // namespace understudy
