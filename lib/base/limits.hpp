// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace understudy {

constexpr std::size_t longest_name = 255;                          // of a file, in bytes, in nearly all file systems
constexpr std::uint64_t largest_picture = std::uint64_t{1} << 30;  // bytes; a larger file is taken for no picture

}  // namespace understudy
