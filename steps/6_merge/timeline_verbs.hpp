// SPDX-License-Identifier: Apache-2.0
// `merge set`, `merge key`, …: each is operations on a timeline (lib/timeline), which the merge then applies.
#pragma once

#include "lib/jobs/verb.hpp"

namespace understudy {

std::vector<Verb> timeline_verbs();

}  // namespace understudy
