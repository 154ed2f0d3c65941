// SPDX-License-Identifier: Apache-2.0
// The shipped file, as it is.
#pragma once

#include <cstdint>
#include <span>

namespace understudy::built_in {
std::span<const std::uint8_t> pretrained_start();
}
