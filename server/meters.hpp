// SPDX-License-Identifier: Apache-2.0
// How busy the machine is, for the page: between two looks at least half a second lies, whoever asks how often.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "lib/base/files.hpp"
#include "lib/base/usage.hpp"

namespace understudy::studio {

class Meters {
 public:
  // {processor: 0..1 of all, memory: {used, total}, disk: {free, total: null}, gpus: [{name, busy: 0..1, memory_used,
  // memory_total}], jobs: {job: {processors, memory}}}. `jobs`: the processes of those that run.
  nlohmann::json read(const fs::path& root, const std::map<std::string, int>& jobs);

 private:
  std::mutex mutex_;
  double looked_ = 0;
  CpuTicks ticks_;
  std::map<std::string, ProcessUsage> used_;
  nlohmann::json told_;
};

}  // namespace understudy::studio
