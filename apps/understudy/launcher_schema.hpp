// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace understudy::launcher {

std::span<const std::uint8_t> schema();  // what the whole program's `schema` prints

}  // namespace understudy::launcher
