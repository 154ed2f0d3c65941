// SPDX-License-Identifier: Apache-2.0
// Inner parts of pickle::Value, for pickle*.cpp only.
#pragma once

#include "lib/base/pickle.hpp"

namespace understudy::pickle {

struct Value::Tuple {
  List items;
};

// What a pickle names but a finished value never holds.
struct Value::Opaque {
  enum class Kind { global, dtype };
  Kind kind = Kind::global;
  std::string module;
  std::string name;
  std::string dtype;  // "f4"
};

}  // namespace understudy::pickle
