// SPDX-License-Identifier: Apache-2.0
// The terminal's reader of events: a progress bar that is redrawn in place, notes and warnings above it.
#pragma once

#include "lib/jobs/event.hpp"

namespace understudy {

class TerminalReader {
 public:
  TerminalReader();
  void show(const Event&);
  void finish();  // ends the bar's line

 private:
  void line(const std::string&);
  bool is_terminal_;
  bool bar_open_ = false;
  std::string stage_, metrics_;
  double last_plain_ = 0;
  std::uint64_t warnings_ = 0;
};

}  // namespace understudy
