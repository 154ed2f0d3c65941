// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/4_mask/options.hpp"

namespace understudy {

// How many faces have labels and masks, which have labels, which masks cannot be read, and how far labels and masks
// agree. Packed facesets too.
Result<std::string> mask_status(const std::filesystem::path& folder, const MaskStatusOptions&, Run&);

}  // namespace understudy
