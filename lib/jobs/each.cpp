// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/each.hpp"

#include <algorithm>

#include "lib/base/system.hpp"
#include "lib/base/workers.hpp"

namespace understudy {

Result<> for_each_index(std::size_t count, int threads, Run& run, std::string_view what, const EachWork& work) {
  std::mutex mutex;
  std::size_t next = 0, done = 0;
  Result<> outcome;
  const auto worker = [&](unsigned thread) -> Result<> {
    std::unique_lock lock(mutex);
    while (outcome && next < count && !run.stopping()) {
      const auto index = next++;
      lock.unlock();
      auto result = walled([&] { return work(index, thread); });
      lock.lock();
      if (!result && outcome) outcome = std::move(result);
      ++done;
      if (!what.empty()) run.progress(done, count, what);
    }
    return {};
  };
  if (!what.empty()) run.progress(0, count, what);
  const auto wanted = static_cast<std::size_t>(thread_count(threads));
  TRY_VOID(on_threads(static_cast<unsigned>(std::min(wanted, count)), worker));
  if (outcome && next < count) return Run::cancelled();
  return outcome;
}

}  // namespace understudy
