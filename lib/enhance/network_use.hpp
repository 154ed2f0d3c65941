// SPDX-License-Identifier: Apache-2.0
// How a network for pictures is to be used: what its file does not tell.
#pragma once

#include "lib/options/describe.hpp"

namespace understudy {

enum class ValueRange { unit, signed_unit };  // 0..1 or -1..1
template <>
struct Names<ValueRange> {
  static constexpr std::array all{"unit", "signed"};
};
enum class ColourOrder { rgb, bgr };
template <>
struct Names<ColourOrder> {
  static constexpr std::array all{"rgb", "bgr"};
};

struct NetworkUse {
  ValueRange range = ValueRange::unit;
  ColourOrder order = ColourOrder::rgb;
  int tile = 192;        // for networks that take pictures of any size: the largest piece at once
  double control = 0.5;  // what further inputs of the network get, such as CodeFormer's fidelity
  int threads = 1;       // how many will enhance() at once
};

}  // namespace understudy
