// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"
#include "lib/project/workspace.hpp"
#include "steps/6_merge/merge.hpp"

namespace understudy {

Verb merge_verb();
Verb deliver_verb();
Result<MergePaths> merge_paths(const Workspace&, const MergeOptions&);

}  // namespace understudy
