// SPDX-License-Identifier: Apache-2.0
#include "server/meters.hpp"

#include <algorithm>

#include "lib/base/path_text.hpp"
#include "lib/base/system.hpp"

namespace understudy::studio {

using nlohmann::json;

json Meters::read(const fs::path& root, const std::map<std::string, int>& jobs) {
  constexpr double look_every = 0.5;
  const std::lock_guard lock(mutex_);
  const double now = wall_time();
  if (!told_.is_null() && now - looked_ < look_every && now >= looked_) return told_;
  const auto ticks = cpu_ticks();
  const auto all = static_cast<double>(ticks.all - std::min(ticks.all, ticks_.all));
  const auto part = [&](std::uint64_t after, std::uint64_t before) {
    return all > 0 && looked_ > 0 ? static_cast<double>(after - std::min(after, before)) / all : 0.0;
  };
  told_ = {
      {"processor", part(ticks.busy, ticks_.busy)},
      {"memory", {{"used", memory_total() - std::min(memory_total(), memory_available())}, {"total", memory_total()}}},
      {"disk", {{"free", disk_free(root)}}},
      {"gpus", json::array()},
      {"jobs", json::object()}};
  for (const auto& gpu : gpu_usage())
    told_["gpus"].push_back({{"name", valid_text(gpu.name)},
                             {"busy", gpu.busy / 100.0},
                             {"memory_used", gpu.memory_used},
                             {"memory_total", gpu.memory_total}});
  std::map<std::string, ProcessUsage> used;
  for (const auto& [job, pid] : jobs) {
    const auto usage = used[job] = process_usage(pid);
    const auto before = used_.find(job);
    const double spent = before == used_.end() ? 0 : std::max(0.0, usage.seconds - before->second.seconds);
    told_["jobs"][job] = {{"processors", spent / std::max(look_every, now - looked_)}, {"memory", usage.memory}};
  }
  used_ = std::move(used);
  ticks_ = ticks;
  looked_ = now;
  return told_;
}

}  // namespace understudy::studio
