// SPDX-License-Identifier: Apache-2.0
// The generic mask's network and file, for the workshop that makes it and for a start from it.
#pragma once

#include <map>
#include <string>

#include "lib/base/files.hpp"
#include "lib/nets/xseg.hpp"

namespace understudy {

constexpr XsegShape generic_mask_shape{.base = 16, .resolution = 128, .levels = 5};

// Those inside the program, in float32.
Result<std::map<std::string, Tensor>> generic_mask_weights();
// Weights of two and more dimensions in 16 bits, the others as they are.
Result<> write_generic_mask(const fs::path&, const std::map<std::string, Tensor>& weights);

}  // namespace understudy
