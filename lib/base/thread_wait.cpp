// SPDX-License-Identifier: Apache-2.0
#include "lib/base/thread_wait.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

namespace understudy {

long this_thread_id() { return ::gettid(); }

std::optional<double> seconds_without_processor(long thread) {
  // schedstat: nanoseconds on the processor, nanoseconds of waiting for it, times it was given (the kernel's
  // Documentation/scheduler/sched-stats.rst).
  std::ifstream in(fmt::format("/proc/self/task/{}/schedstat", thread));
  double ran = 0, waited = 0;
  if (!(in >> ran >> waited)) return {};
  return waited * 1e-9;
}

}  // namespace understudy
