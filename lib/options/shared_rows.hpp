// SPDX-License-Identifier: Apache-2.0
// Rows that many verbs have, declared once.
#pragma once

#include "lib/options/describe.hpp"

namespace understudy::shared_rows {

template <class S>
constexpr auto threads(int S::*member) {
  return field("threads", member).says("Threads", "0 takes one per processor.").range(0, 256).advanced();
}
template <class S>
constexpr auto input(std::filesystem::path S::*member) {
  return field("input", member).says("Input", "Folder of faces, in place of the workspace's aligned folder.");
}

}  // namespace understudy::shared_rows
