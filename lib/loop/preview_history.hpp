// SPDX-License-Identifier: Apache-2.0
// How the previews looked on the way: MODEL/history/<preview name>/NNNNNNN.jpg, the newest also as _last.jpg, so that
// the folder played as a film shows the training (spec networks-and-training.md 2.4).
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/files.hpp"
#include "lib/loop/previews.hpp"

namespace understudy {

// Marked as synthetic. Pictures of the same iteration are replaced.
Result<> write_history(const fs::path& model_folder, std::int64_t iteration, const std::vector<NamedPreview>&);

// What was shown on the way, always kept but ever more thinly the longer ago it is: MODEL/shown/<preview
// name>/NNNNNNN.jpg, at most that many bytes in all. What lies there and is not ours stays.
Result<> keep_shown(const fs::path& model_folder, std::int64_t iteration, const std::vector<NamedPreview>&,
                    std::uint64_t budget = std::uint64_t{96} << 20);

}  // namespace understudy
