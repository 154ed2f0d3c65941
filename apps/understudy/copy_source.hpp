// SPDX-License-Identifier: Apache-2.0
// A side's video or pictures, copied into a workspace. What an earlier call has copied stays, so that one that was
// killed or stopped goes on.
#pragma once

#include "lib/jobs/run.hpp"
#include "lib/project/workspace.hpp"

namespace understudy {

// Whether it can be copied there, as far as that can be told without reading it: bad_option where the side has another
// video or other pictures.
Result<> check_source(const fs::path& from, const Workspace&, Side);
// Stops between two pieces; a file has its name only when it is whole.
Result<> copy_source(const fs::path& from, const Workspace&, Side, Run&);

}  // namespace understudy
