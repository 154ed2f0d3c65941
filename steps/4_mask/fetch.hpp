// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/4_mask/options.hpp"

namespace understudy {

// Copies the labelled faces to another folder, or moves them (spec pipeline.md 6.2). What stands there under such a
// name and was not fetched by us is put aside. With `undo` the faces that were moved last come back.
Result<std::string> fetch_labelled(const std::filesystem::path& folder, const std::filesystem::path& target,
                                   const MaskFetchOptions&, Run&);

}  // namespace understudy
