// SPDX-License-Identifier: Apache-2.0
// The mask network inside the program, learned from people who do not exist (docs/generic-mask.md): it works before
// anybody has drawn a label.
#pragma once

#include <memory>

#include "lib/xseg/xseg_masker.hpp"

namespace understudy {

// Whether the program has one: not while it is being made from nothing.
bool has_generic_mask();
Result<std::unique_ptr<Masker>> open_generic_masker(const MaskerOptions&);

}  // namespace understudy
