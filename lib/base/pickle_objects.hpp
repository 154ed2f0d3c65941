// SPDX-License-Identifier: Apache-2.0
// Pickles whose objects are of classes that are unknown here (a merger's session).
#pragma once

#include "lib/base/pickle.hpp"

namespace understudy::pickle {

// As read(), but an object of an unknown class is a dict of what it holds: the attributes that it was given as its
// state, and under the two names below its class ("pathlib.PosixPath") and what that was called with. No class is
// looked up and nothing runs.
Result<Value> read_objects(Bytes pickle);
inline constexpr std::string_view class_key = "__class__", arguments_key = "__args__";

}  // namespace understudy::pickle
