// SPDX-License-Identifier: Apache-2.0
// How long one call of a training runs, and what it does by the clock.
#pragma once

#include <string>
#include <vector>

#include "lib/options/describe.hpp"

namespace understudy {

enum class PrecisionChoice { automatic, fp32, bf16 };
template <>
struct Names<PrecisionChoice> {
  static constexpr std::array all{"auto", "fp32", "bf16"};
};

struct LoopOptions {
  std::string time;
  std::int64_t target_iter = 0;
  double save_every = 10;
  double preview_every = 1;
  bool preview_history = false;
  double autobackup_hour = 0;
};

template <>
constexpr auto describe<LoopOptions>() {
  using O = LoopOptions;
  return std::tuple{
      field("time", &O::time)
          .says("Time", "Train for this long in this call: 90s, 10m, 2h; empty: without limit.")
          .in("Run"),
      field("target-iter", &O::target_iter)
          .says("Target iteration", "Stop at this iteration; 0: no limit.")
          .at_least(0)
          .in("Run"),
      field("save-every", &O::save_every)
          .says("Save every", "Minutes between saves.")
          .range(0.05, 1440)
          .may_change(When::live)
          .in("Run"),
      field("preview-every", &O::preview_every)
          .says("Preview every", "Minutes between previews.")
          .range(0.05, 1440)
          .may_change(When::live)
          .in("Run"),
      field("preview-history", &O::preview_history)
          .says("Preview history", "Keeps a picture every 10 iterations (more at large resolutions) in history/.")
          .may_change(When::live)
          .in("Run"),
      field("autobackup-hour", &O::autobackup_hour)
          .says("Backup every", "Hours between backups of the model in backups/01 to 24; 0: none.")
          .range(0, 24)
          .may_change(When::live)
          .in("Run"),
  };
}
static_assert(all_described<LoopOptions>);

// Rows that every training declares alike.
template <class O>
constexpr auto precision_row() {
  return field("precision", &O::precision)
      .says("Precision",
            "Arithmetic of the network; auto takes bf16 on a GPU and on processors with AMX, elsewhere only where "
            "--winograd is off and they have it. Weights are kept in fp32.")
      .in("Device");
}
template <class O>
constexpr auto seed_row() {
  return field("seed", &O::seed)
      .says("Seed", "Of the first weights and all samples; on the CPU the same seed gives the same model.")
      .may_change(When::creation)
      .in("Run");
}

// The commands that a training takes while it runs, "set" for its live rows among them.
std::vector<std::string> training_commands();

// "90s", "10m", "2h", "1.5h" in seconds, more than 0; bare numbers are minutes.
Result<double> parse_duration(std::string_view);

}  // namespace understudy
