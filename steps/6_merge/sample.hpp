// SPDX-License-Identifier: Apache-2.0
// A few frames that show what a merge of all would make, on one page.
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/6_merge/prepare.hpp"
#include "steps/6_merge/sample_choice.hpp"

namespace understudy {

// Merges those frames, of which the faces are told, and writes the page, over one of ours; another's is put aside.
// Nothing else is touched.
Result<> write_sample(const fs::path& png, PreparedMerge&, std::span<const SampleFace>,
                      std::span<const std::int64_t> frames, Run&);

}  // namespace understudy
