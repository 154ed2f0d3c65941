// SPDX-License-Identifier: Apache-2.0
// How long something takes, by a clock that nobody sets.
#pragma once

#include <chrono>
#include <utility>

namespace understudy {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }  // since the start
  // The same, and starts anew.
  double lap() {
    const auto now = Clock::now();
    return std::chrono::duration<double>(now - std::exchange(start_, now)).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

}  // namespace understudy
