// SPDX-License-Identifier: Apache-2.0
// The mask network inside the program, learned from people who do not exist (docs/generic-mask.md): it works before
// anybody has drawn a label.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "lib/nets/xseg.hpp"
#include "lib/xseg/xseg_masker.hpp"

namespace understudy {

constexpr XsegShape generic_mask_shape{.base = 16, .resolution = 128, .levels = 5};

// Whether the program has one: not while it is being made from nothing.
bool has_generic_mask();
Result<std::unique_ptr<Masker>> open_generic_masker(const MaskerOptions&);
// Of its weights.
std::uint64_t generic_mask_content();
// The averaged weights in 16 bits.
Result<> write_generic_mask(const fs::path&, const std::map<std::string, Tensor>& weights);

}  // namespace understudy
