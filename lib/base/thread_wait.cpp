// SPDX-License-Identifier: Apache-2.0
#include "lib/base/thread_wait.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
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

void take_long_turns(double seconds) {
  // sched_setattr(2), for which this C library has no function. For ordinary threads `runtime` is the length of a turn
  // in nanoseconds, 0.1 to 100 ms (kernel/sched/syscalls.c, since 6.12).
  struct Attributes {
    std::uint32_t size, policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime, deadline, period;
  } attributes{};
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  attributes.runtime = static_cast<std::uint64_t>(seconds * 1e9);
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace understudy
