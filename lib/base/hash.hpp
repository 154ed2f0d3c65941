// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace understudy {

// XXH3-64 (github.com/Cyan4973/xxHash): the one hash here of content and of names, not meant against forgers. Pieces
// are joined by the seed: xxh3(second, xxh3(first)).
std::uint64_t xxh3(std::span<const std::uint8_t>, std::uint64_t seed = 0);
std::uint64_t xxh3(std::string_view, std::uint64_t seed = 0);
// Of the number's bytes.
std::uint64_t xxh3(std::uint64_t number, std::uint64_t seed);

}  // namespace understudy
