// SPDX-License-Identifier: Apache-2.0
// The losses of a training over time, as a picture (spec networks-and-training.md 7, "Loss plot").
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lib/image/image.hpp"

namespace understudy {

// The losses of every iteration: one or more, each with a name.
struct LossHistory {
  std::vector<std::string> names;  // "src", "dst"
  std::vector<float> values;       // iteration by iteration, as many each as there are names

  std::size_t size() const { return names.empty() ? 0 : values.size() / names.size(); }
  bool empty() const { return size() == 0; }
  std::span<const float> at(std::size_t iteration) const {
    return std::span(values).subspan(iteration * names.size(), names.size());
  }
  void add(std::span<const float> losses) { values.insert(values.end(), losses.begin(), losses.end()); }
  // Of the last `count` iterations; 0 when there is none.
  double mean_of_last(std::size_t loss, std::size_t count) const;
};
using LossMarks = std::vector<std::int64_t>;  // iterations behind which an option changed

// What the graph can be limited to: the last so many iterations; 0 is all of them.
inline constexpr std::array<std::int64_t, 5> loss_ranges{0, 5000, 10000, 50000, 100000};
std::int64_t next_loss_range(std::int64_t range);  // the last is followed by the first
std::string loss_range_name(std::int64_t range);   // "all iterations", "the last 5000 iterations"

// A bar from the smallest to the largest loss per pixel column, the first blue, the second yellow; full height is twice
// the mean of the shown part's last 80 %. Losses that are no numbers leave a gap. A dotted line stands at each mark
// that is shown.
ImageU8 draw_losses(const LossHistory&, int width, int height = 100, std::int64_t range = 0,
                    const LossMarks& marks = {});

}  // namespace understudy
