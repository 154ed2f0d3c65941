// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/spinning.hpp"

#include <omp.h>

#include <atomic>
#include <chrono>
#include <semaphore>
#include <system_error>
#include <thread>
#include <vector>

#include "lib/base/system.hpp"
#include "lib/base/thread_wait.hpp"
#include "lib/tensor/parallel.hpp"

namespace understudy {

// GCC's OpenMP library, which LibTorch comes with, spins 300000 times before a thread sleeps; but only 100 times while
// there are more of its threads than processors (its manual, GOMP_SPINCOUNT). The environment is read when the library
// is loaded, so for a running program these idle threads are the switch: a team of more threads than there are
// processors, which has nothing to do.
struct SleepingThreads::Crowd {
  std::binary_semaphore there{0}, leave{0};
  std::thread leader{[this] {
    const int count = omp_get_num_procs() + 1;
    std::atomic<int> members = 0;  // an empty loop would be left out by the compiler
#pragma omp parallel num_threads(count)
    ++members;
    there.release();
    leave.acquire();
  }};
};

SleepingThreads::SleepingThreads() : crowd_(std::make_unique<Crowd>()) { crowd_->there.acquire(); }
SleepingThreads::~SleepingThreads() {
  crowd_->leave.release();
  crowd_->leader.join();
}

struct WaitChooser::Watched {
  using Clock = std::chrono::steady_clock;
  std::vector<long> threads;
  Clock::time_point since = Clock::now();
  double waited = 0;
  int quiet_times = 0;

  double all_waited() const {
    double sum = 0;
    for (const long thread : threads) sum += seconds_without_processor(thread).value_or(0);
    return sum;
  }
};

WaitChooser::WaitChooser() : watched_(std::make_unique<Watched>()) {}
WaitChooser::~WaitChooser() = default;

void WaitChooser::step() {
  auto& w = *watched_;
  if (w.threads.empty()) {
    if (parallel_threads() == 1) return;  // nobody to wait for
    w.threads.resize(static_cast<std::size_t>(parallel_threads()));
#pragma omp parallel
    w.threads[static_cast<std::size_t>(omp_get_thread_num())] = this_thread_id();
    w.waited = w.all_waited();
    return;
  }
  const auto now = Watched::Clock::now();
  const double seconds = std::chrono::duration<double>(now - w.since).count();
  if (seconds < 0.3) return;
  const double waited = w.all_waited();
  const double part = (waited - w.waited) / seconds / static_cast<double>(w.threads.size());
  w.since = now;
  w.waited = waited;
  if (!sleeping_ && part > busy_from) {
    try {
      sleeping_ = std::make_unique<SleepingThreads>();
    } catch (const std::system_error&) {
      // No thread is to be had: then they go on spinning.
    }
  }
  // Sleeping is kept a while: what makes a machine busy comes and goes.
  w.quiet_times = part < quiet_below ? w.quiet_times + 1 : 0;
  if (sleeping_ && w.quiet_times >= 10) sleeping_.reset();
}

}  // namespace understudy
