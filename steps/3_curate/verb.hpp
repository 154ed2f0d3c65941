// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"

namespace understudy {

// sort, catalogue, faceset filter, faceset stats
std::vector<Verb> curate_verbs();

}  // namespace understudy
