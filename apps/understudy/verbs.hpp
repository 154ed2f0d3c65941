// SPDX-License-Identifier: Apache-2.0
// The table of verbs: this table is the program.
#pragma once

#include <vector>

#include "lib/jobs/verb.hpp"

namespace understudy {

std::vector<Verb> all_verbs();

}  // namespace understudy
