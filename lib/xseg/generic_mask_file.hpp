// SPDX-License-Identifier: Apache-2.0
// The generic mask's network and file, for the workshop that makes it.
#pragma once

#include <map>
#include <string>

#include "lib/base/files.hpp"
#include "lib/nets/xseg.hpp"

namespace understudy {

constexpr XsegShape generic_mask_shape{.base = 16, .resolution = 128, .levels = 5};

// Weights of two and more dimensions in 16 bits, the others as they are.
Result<> write_generic_mask(const fs::path&, const std::map<std::string, Tensor>& weights);

}  // namespace understudy
