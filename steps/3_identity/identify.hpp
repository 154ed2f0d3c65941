// SPDX-License-Identifier: Apache-2.0
// Who is in a faceset: its persons, and keeping or rejecting them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lib/jobs/run.hpp"
#include "lib/project/workspace.hpp"
#include "steps/3_identity/options.hpp"

namespace understudy {

// The report lists persons, largest first, with their faces' count and the most typical ones; what was moved; and the
// faces that lie farthest from their person. Embeddings are kept in the catalogue, so a second call takes no time.
Result<nlohmann::json> identify(const Workspace&, const fs::path& folder, const IdentifyOptions&, Run&);

}  // namespace understudy
