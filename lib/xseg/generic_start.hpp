// SPDX-License-Identifier: Apache-2.0
// A new XSeg model that masks as the generic mask does before it has seen a label.
#pragma once

#include <map>
#include <string>

#include "lib/tensor/tensor.hpp"

namespace understudy {

// Weights of a whole XSeg network. Has_generic_mask() must hold.
Result<std::map<std::string, Tensor>> generic_start(std::uint64_t seed);

}  // namespace understudy
