// SPDX-License-Identifier: Apache-2.0
// An existing model keeps what was fixed at its creation; other values that the user gave are taken over.
#pragma once

#include <functional>
#include <span>

#include "lib/jobs/run.hpp"
#include "lib/options/describe.hpp"

namespace understudy {

// Sets in `saved` the values of those `wanted` rows that were given, and tells each change and each refusal. `anyway`
// says which row may be changed to that value although it is fixed at creation; may be empty.
Result<> take_given(std::span<Row> saved, std::span<const Row> wanted,
                    const std::function<bool(const Row&, const std::string& value)>& anyway, Run&);

}  // namespace understudy
