// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"
#include "lib/project/workspace.hpp"
#include "steps/2_extract/extract.hpp"

namespace understudy {

Verb extract_verb();
// Where step 2 reads and writes for one side: the frames folder when it holds images, else the side's video.
Result<ExtractPaths> extract_paths(const Workspace&, Side, const ExtractOptions&);

}  // namespace understudy
