// SPDX-License-Identifier: Apache-2.0
#include "lib/base/usage.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "lib/base/result.hpp"
#include "lib/base/system.hpp"

namespace understudy {
namespace {

// What is used of the library's interface (docs.nvidia.com, NVML API reference): names with _v2 stay as they are.
struct NvmlMemory {
  unsigned long long total, free, used;
};
struct NvmlUtilization {
  unsigned gpu, memory;
};
struct Nvml {
  using Device = void*;
  int (*count)(unsigned*) = nullptr;
  int (*handle)(unsigned, Device*) = nullptr;
  int (*name)(Device, char*, unsigned) = nullptr;
  int (*memory)(Device, NvmlMemory*) = nullptr;
  int (*utilization)(Device, NvmlUtilization*) = nullptr;

  template <class F>
  static bool find(F& function, const char* name) {
    function = reinterpret_cast<F>(library_function("libnvidia-ml.so.1", name));
    return function != nullptr;
  }
  bool open() {
    int (*begin)() = nullptr;
    return find(begin, "nvmlInit_v2") && find(count, "nvmlDeviceGetCount_v2") &&
           find(handle, "nvmlDeviceGetHandleByIndex_v2") && find(name, "nvmlDeviceGetName") &&
           find(memory, "nvmlDeviceGetMemoryInfo") && find(utilization, "nvmlDeviceGetUtilizationRates") &&
           begin() == 0;
  }
};

}  // namespace

CpuTicks cpu_ticks() {
  std::ifstream in("/proc/stat");
  std::string word;
  in >> word;
  // user nice system idle iowait irq softirq steal (proc(5)); what guests took is part of user.
  std::array<std::uint64_t, 8> ticks{};
  for (auto& t : ticks) in >> t;
  CpuTicks told;
  for (const auto t : ticks) told.all += t;
  told.busy = told.all - std::min(told.all, ticks[3] + ticks[4]);
  return told;
}

ProcessUsage process_usage(int pid) {
  ProcessUsage usage;
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::stringstream text;
  text << in.rdbuf();
  const std::string line = text.str();
  const auto behind = line.rfind(')');  // a program's name may hold anything
  if (behind == std::string::npos) return usage;
  std::istringstream fields(line.substr(behind + 1));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  std::uint64_t user = 0, system = 0;
  fields >> user >> system;
  for (int i = 16; i < 23; ++i) fields >> skipped;
  std::uint64_t size = 0, pages = 0;
  fields >> size >> pages;
  usage.seconds = static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  usage.memory = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return usage;
}

std::vector<GpuUsage> gpu_usage() {
  static Nvml nvml;
  static const bool there = nvml.open();
  std::vector<GpuUsage> all;
  unsigned count = 0;
  if (!there || nvml.count(&count) != 0) return all;
  for (unsigned i = 0; i < std::min(count, 16U); ++i) {
    Nvml::Device device = nullptr;
    std::array<char, 97> name{};
    NvmlMemory memory{};
    NvmlUtilization busy{};
    if (nvml.handle(i, &device) != 0) continue;
    (void)nvml.name(device, name.data(), name.size() - 1);
    (void)nvml.memory(device, &memory);
    (void)nvml.utilization(device, &busy);
    all.push_back({name.data(), static_cast<int>(busy.gpu), memory.used, memory.total});
  }
  return all;
}

}  // namespace understudy
