// SPDX-License-Identifier: Apache-2.0
// One setting over time: what it is at some frames, and how it goes from one to the next.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "lib/options/describe.hpp"

namespace understudy {

// How the setting goes on from a key to the next one.
enum class KeyKind { hold, linear, smooth };
template <>
struct Names<KeyKind> {
  static constexpr std::array all{"hold", "linear", "smooth"};
};

struct Key {
  std::string value;  // as the setting's row writes it
  KeyKind kind = KeyKind::linear;
  bool operator==(const Key&) const = default;
};
using Curve = std::map<std::int64_t, Key>;  // by frame

// The curve's value at a frame, as text of that row. Before the first key and behind the last it is theirs. What is no
// number is held from key to key; whole numbers are rounded. Smooth pieces are cubic without overshoot: between two
// keys the value never leaves what lies between them. The curve must not be empty.
std::string value_at(const Curve&, std::int64_t frame, const Row&);

}  // namespace understudy
