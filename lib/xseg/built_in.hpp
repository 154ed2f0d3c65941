// SPDX-License-Identifier: Apache-2.0
// The shipped file, as it is; empty where there is none yet.
#pragma once

#include <cstdint>
#include <span>

namespace understudy::built_in {
std::span<const std::uint8_t> generic_mask();
}
