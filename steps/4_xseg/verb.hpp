// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "lib/jobs/verb.hpp"

namespace understudy {

std::vector<Verb> mask_network_verbs();  // mask train, mask apply, mask import-model, mask export-model

}  // namespace understudy
