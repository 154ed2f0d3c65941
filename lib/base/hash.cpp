// SPDX-License-Identifier: Apache-2.0
#include "lib/base/hash.hpp"

#include <xxhash.h>

namespace understudy {

std::uint64_t xxh3(std::span<const std::uint8_t> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}
std::uint64_t xxh3(std::string_view text, std::uint64_t seed) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}
std::uint64_t xxh3(std::uint64_t number, std::uint64_t seed) {
  return XXH3_64bits_withSeed(&number, sizeof number, seed);
}

}  // namespace understudy
