// SPDX-License-Identifier: Apache-2.0
// The score at the end of `run` and `demo`.
#pragma once

#include <nlohmann/json.hpp>

#include "lib/project/workspace.hpp"
#include "steps/demo/demo.hpp"
#include "steps/score/score.hpp"

namespace understudy {

// The workspace's merged frames; the report as `score` gives it.
Result<nlohmann::json> score_result(const Workspace&, const KnownClip&, Run&);

// What the demo knows of its clip: the truth, what dst plays, and how good the truth itself would be after a merge
// without flaw by a model of that resolution and face type, through the merge's own masks and the usual colour
// transfer. `truth` must outlive it.
KnownClip known_demo(const demo::DemoTruth& truth, int resolution, FaceType);

}  // namespace understudy
