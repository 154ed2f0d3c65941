// SPDX-License-Identifier: Apache-2.0
// Networks that one thread at a time may use, for any number of threads.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

namespace understudy::infer {

// Thread-safe. Network::share() makes another of it for a thread; as many are made as are used at the same time.
template <class Network>
class Pool {
 public:
  explicit Pool(Network first) : first_(std::move(first)) {}

  // What `work` makes of one that nobody else uses meanwhile.
  template <class Work>
  auto use(const Work& work) {
    Network mine = taken();
    auto made = work(mine);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(mine));
    return made;
  }

 private:
  Network taken() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return first_.share();
    Network mine = std::move(free_.back());
    free_.pop_back();
    return mine;
  }

  Network first_;  // only to be shared
  std::mutex mutex_;
  std::vector<Network> free_;
};

}  // namespace understudy::infer
