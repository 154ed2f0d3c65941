// SPDX-License-Identifier: Apache-2.0
// How busy this machine and a process are, and its NVIDIA GPUs where there are some: a few small files and calls.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace understudy {

// Since the machine's boot, of all its processors together, in the system's ticks.
struct CpuTicks {
  std::uint64_t busy = 0, all = 0;
};
CpuTicks cpu_ticks();

struct ProcessUsage {
  double seconds = 0;        // of processors' time so far
  std::uint64_t memory = 0;  // resident, bytes
};
ProcessUsage process_usage(int pid);  // nothing (0) where there is none

struct GpuUsage {
  std::string name;
  int busy = 0;  // percent
  std::uint64_t memory_used = 0, memory_total = 0;
};
// By NVIDIA's management library, where its driver is installed; else none.
std::vector<GpuUsage> gpu_usage();

}  // namespace understudy
