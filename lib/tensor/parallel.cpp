// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/parallel.hpp"

#include <ATen/Parallel.h>
#include <omp.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <vector>

#include "lib/base/thread_wait.hpp"
#include "lib/tensor/spinning.hpp"

namespace understudy {

namespace {

// The threads of one loop, and how many have found nothing left to do.
struct Team {
  explicit Team(int size) : members(static_cast<std::size_t>(size)) {}
  std::vector<std::atomic<LentProcessor*>> members;
  std::atomic<int> finished = 0;
};

void pause_a_little() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Whether all have finished within about so many microseconds.
bool all_finish_within(const Team& team, int microseconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(microseconds);
  while (team.finished.load(std::memory_order_acquire) < static_cast<int>(team.members.size())) {
    for (int i = 0; i < 16; ++i) pause_a_little();
    if (std::chrono::steady_clock::now() > end) return false;
  }
  return true;
}

// A thread that lost its processor to another process gets it back after some milliseconds, as long as the whole loop
// may take; this one is idle meanwhile.
void help_the_others(Team& team) {
  constexpr int patience = 30;
  if (all_finish_within(team, patience)) return;
  std::vector<double> used(team.members.size());
  auto look = [&](const auto& f) {
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (auto* member = team.members[i].load(); member != nullptr) f(*member, used[i]);
    }
  };
  look([](LentProcessor& member, double& seconds) { seconds = member.seconds_used(); });
  if (all_finish_within(team, patience)) return;
  look([](LentProcessor& member, double seconds) {
    if (member.seconds_used() == seconds) member.lend_mine();
  });
}

// While one exists its thread is at work.
class Membership {
 public:
  explicit Membership(Team& team) : team_(team), place_(static_cast<std::size_t>(omp_get_thread_num())) {
    self().begin();
    team_.members[place_] = &self();
  }
  ~Membership() {
    team_.members[place_] = nullptr;
    self().end();
    ++team_.finished;
  }

 private:
  static LentProcessor& self() {
    thread_local LentProcessor processor;
    return processor;
  }
  Team& team_;
  std::size_t place_;
};

}  // namespace

int parallel_threads() { return at::in_parallel_region() || omp_in_parallel() ? 1 : at::get_num_threads(); }

void parallel_items(int count, const std::function<void(int item, int thread)>& work) {
  if (count <= 1 || parallel_threads() == 1) {
    for (int item = 0; item < count; ++item) work(item, 0);
    return;
  }
  std::atomic<int> next = 0;
  std::exception_ptr failure;
  std::atomic_flag failed = ATOMIC_FLAG_INIT;
  Team team(parallel_threads());
  // Always all threads, as LibTorch has it: a team of another size would end threads and start them again.
#pragma omp parallel
  {
    try {
      c10::ParallelGuard guard(true);
      const int thread = omp_get_thread_num();
      {
        const Membership membership(team);
        for (int item = next++; item < count; item = next++) work(item, thread);
      }
      if (WaitChooser::machine_is_busy()) help_the_others(team);
    } catch (...) {
      if (!failed.test_and_set()) failure = std::current_exception();
      next = count;
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace understudy
