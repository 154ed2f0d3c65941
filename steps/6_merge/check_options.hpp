// SPDX-License-Identifier: Apache-2.0
// The options of `merge check`.
#pragma once

#include "lib/options/describe.hpp"
#include "lib/timeline/timeline_book.hpp"

namespace understudy {

struct CheckOptions {
  std::filesystem::path input, aligned, src_aligned;
  std::string timeline = std::string(usual_timeline);
  int sheet = 0;
  std::filesystem::path output;
  int threads = 0;
};
template <>
constexpr auto describe<CheckOptions>() {
  using O = CheckOptions;
  return std::tuple{
      field("input", &O::input)
          .says("Input", "Video or folder of frames; empty: the workspace's dst frames, or else its dst video."),
      field("aligned", &O::aligned).says("Aligned faces", "Folder of the dst faces; empty: the workspace's."),
      field("src-aligned", &O::src_aligned)
          .says("Src faces", "Whose poses and person the frames are held against; empty: the workspace's."),
      field("timeline", &O::timeline).says("Timeline", "Whose shots and persons hold."),
      field("sheet", &O::sheet)
          .says("Sheet", "So many of the worst frames onto the page merge_check_worst.png; 0: no page.")
          .range(0, 200),
      field("output", &O::output)
          .says("Output", "Folder for merge_check.json, merge_check.csv and merge_check.png; empty: the workspace."),
      field("threads", &O::threads).says("Threads", "Processor threads; 0: all.").range(0, 256),
  };
}
static_assert(all_described<CheckOptions>);

}  // namespace understudy
