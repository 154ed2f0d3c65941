// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"
#include "lib/project/workspace.hpp"
#include "steps/6_merge/check.hpp"

namespace understudy {

// Where what was measured of the merged frames is kept.
fs::path check_records(const Workspace&);
Result<CheckPaths> check_paths(const Workspace&, const CheckOptions&);
Verb merge_check_verb();

}  // namespace understudy
