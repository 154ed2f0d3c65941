// SPDX-License-Identifier: Apache-2.0
// The losses of a training over time, as a picture (spec networks-and-training.md 7, "Loss plot").
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/image/image.hpp"

namespace understudy {

using LossHistory = std::vector<std::array<float, 2>>;  // per iteration: src, dst
using LossMarks = std::vector<std::int64_t>;            // iterations behind which an option changed

// What the graph can be limited to: the last so many iterations; 0 is all of them.
inline constexpr std::array<std::int64_t, 5> loss_ranges{0, 5000, 10000, 50000, 100000};
std::int64_t next_loss_range(std::int64_t range);  // the last is followed by the first
std::string loss_range_name(std::int64_t range);   // "all iterations", "the last 5000 iterations"

// A bar from the smallest to the largest loss per pixel column, src blue, dst yellow; full height is twice the mean of
// the shown part's last 80 %. Losses that are no numbers leave a gap.
// A dotted line stands at each mark that is shown.
ImageU8 draw_losses(const LossHistory&, int width, int height = 100, std::int64_t range = 0,
                    const LossMarks& marks = {});

}  // namespace understudy
