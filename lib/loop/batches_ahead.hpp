// SPDX-License-Identifier: Apache-2.0
// Batches made ahead by threads of their own. Batch number k is the same whatever was asked for before and however many
// threads there are, as long as its maker goes by the number alone.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/base/workers.hpp"

namespace understudy {

// No more than so many are begun before they are asked for, by however many threads.
constexpr std::int64_t most_batches_ahead = 8;

template <class Batch>
class BatchesAhead {
 public:
  // `threads` 0: half as many as there are processors. `make` is called by several threads at once, and must not throw.
  BatchesAhead(std::function<Result<Batch>(std::int64_t k)> make, int threads)
      : make_(std::move(make)),
        threads_(static_cast<int>(std::clamp<std::int64_t>(
            threads > 0 ? threads : static_cast<std::int64_t>(cpu_threads()) / 2, 1, most_batches_ahead))),
        ahead_(std::min<std::int64_t>(most_batches_ahead, threads_ + 2)) {}
  BatchesAhead(const BatchesAhead&) = delete;
  BatchesAhead& operator=(const BatchesAhead&) = delete;
  ~BatchesAhead() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  // As many threads as are wanted, or as the system gives.
  Result<> start() {
    const auto failed = [this](const Error& error) {
      std::lock_guard lock(mutex_);
      if (!failure_) failure_ = error;
      changed_.notify_all();
    };
    for (int t = 0; t < threads_; ++t) {
      auto worker = background_thread([this] { work(); }, failed);
      if (worker)
        workers_.push_back(*std::move(worker));
      else if (workers_.empty())
        return Failure(std::move(worker).error());
    }
    return {};
  }

  // Blocks until it is made. Asking for k, k+1, … finds them ready. The error is the maker's.
  Result<Batch> take(std::int64_t k) {
    const Stopwatch watch;
    std::unique_lock lock(mutex_);
    if (!started_ || k != wanted_) {
      ready_.clear();
      ++course_;
      next_ = k;
      started_ = true;
    }
    wanted_ = k;
    changed_.notify_all();
    changed_.wait(lock, [&] { return ready_.contains(k) || failure_; });
    if (!ready_.contains(k)) return during(*failure_, "making samples");
    auto batch = std::move(ready_.extract(k).mapped());
    wanted_ = k + 1;
    changed_.notify_all();
    waited_ += watch.seconds();
    return batch;
  }

  // As if none had been asked for yet.
  void start_over() {
    std::lock_guard lock(mutex_);
    ready_.clear();
    ++course_;
    wanted_ = next_ = 0;
    started_ = false;
    waited_ = 0;
  }
  bool started() const {
    std::lock_guard lock(mutex_);
    return started_;
  }
  // The number that will be asked for next.
  std::int64_t wanted() const {
    std::lock_guard lock(mutex_);
    return wanted_;
  }
  double seconds_waited() const {  // by take() in all
    std::lock_guard lock(mutex_);
    return waited_;
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return stop_ || (started_ && next_ < wanted_ + ahead_); });
      if (stop_) return;
      const std::int64_t k = next_++;
      const std::uint64_t mine = course_;
      lock.unlock();
      auto made = make_(k);
      lock.lock();
      if (mine == course_) ready_.emplace(k, std::move(made));
      changed_.notify_all();
    }
  }

  const std::function<Result<Batch>(std::int64_t)> make_;
  const int threads_;
  const std::int64_t ahead_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::map<std::int64_t, Result<Batch>> ready_;
  std::int64_t wanted_ = 0;   // the batch that will be asked for next
  std::int64_t next_ = 0;     // number of the batch to begin next
  std::uint64_t course_ = 0;  // changes when another place is asked for: what is under way then is thrown away
  bool started_ = false, stop_ = false;
  double waited_ = 0;
  std::optional<Error> failure_;  // of a worker, which is gone then
  std::vector<std::thread> workers_;
};

}  // namespace understudy
