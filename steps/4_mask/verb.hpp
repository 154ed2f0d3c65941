// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"

namespace understudy {

std::vector<Verb> mask_verbs();  // mask …

}  // namespace understudy
