// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/files.hpp"
#include "lib/jobs/run.hpp"
#include "steps/4_xseg/options.hpp"

namespace understudy {

// Puts a mask of 256 x 256 into every face of the folder (spec pipeline.md 6.3); `mask label --undo` takes all of them
// back. `model`: see open_masker(). Returns the report.
Result<std::string> apply_masks(const fs::path& folder, const fs::path& model, const MaskApplyOptions&, Run&);

}  // namespace understudy
