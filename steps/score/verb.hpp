// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"
#include "lib/project/workspace.hpp"
#include "steps/score/score.hpp"

namespace understudy {

Verb score_verb();
// What is not given is the workspace's.
Result<ScorePaths> score_paths(const Workspace&, const ScoreOptions&);

}  // namespace understudy
