// SPDX-License-Identifier: Apache-2.0
// What tells the weights that were opened from others of the same name, though files may be replaced meanwhile.
#pragma once

#include <type_traits>
#include <utility>

#include "lib/loop/generation_list.hpp"

namespace understudy {

// Checksum of the weights of that generation; 0 where nothing tells.
std::uint64_t weights_checksum(const fs::path& model, std::int64_t iteration);

// What `open()` makes of a file, a Result, with the checksum of just that content.
template <class Open>
auto opened_with_checksum(const fs::path& file, const Open& open)
    -> Result<std::pair<typename std::invoke_result_t<Open>::value_type, std::uint64_t>> {
  constexpr int tries = 3;
  for (int i = 0; i < tries; ++i) {
    const auto before = file_checksum(file);  // where it cannot be read, open() says it better
    TRY(auto opened, open());
    TRY(const auto after, file_checksum(file));
    if (before && *before == after) return std::pair(std::move(opened), after);
  }
  return fail_with_hint(Code::busy, fmt::format("{} is being written all the time", file.string()), "Try again later.");
}

}  // namespace understudy
