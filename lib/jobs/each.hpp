// SPDX-License-Identifier: Apache-2.0
// The loop of a step over its items, by several threads, that tells progress and can be stopped.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "lib/jobs/run.hpp"

namespace understudy {

// work(i, thread) for every i < count, begun in this order by `threads` threads (0 = one per processor); `thread`
// counts from 0. With an empty `what` it is left to `work` to tell progress. After a failure or a wish to stop no
// further item is begun. Returns the first failure, or Run::cancelled() when items were left; what `work` throws is a
// failure too. A bad item is none: warn of it in `work` and return {}.
using EachWork = std::function<Result<>(std::size_t index, unsigned thread)>;
Result<> for_each_index(std::size_t count, int threads, Run&, std::string_view what, const EachWork& work);

}  // namespace understudy
