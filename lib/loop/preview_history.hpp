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

}  // namespace understudy
