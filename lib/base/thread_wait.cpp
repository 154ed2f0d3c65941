// SPDX-License-Identifier: Apache-2.0
#include "lib/base/thread_wait.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <mutex>

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

struct LentProcessor::Thread {
  ::pid_t id = ::gettid();
  ::clockid_t clock{};
  std::mutex mutex;  // guards what follows
  bool working = false, moved = false;
  cpu_set_t allowed;
};

LentProcessor::LentProcessor() : thread_(std::make_unique<Thread>()) {
  ::pthread_getcpuclockid(::pthread_self(), &thread_->clock);
}
LentProcessor::~LentProcessor() = default;

void LentProcessor::begin() {
  const std::lock_guard lock(thread_->mutex);
  thread_->working = true;
}

void LentProcessor::end() {
  const std::lock_guard lock(thread_->mutex);
  thread_->working = false;
  if (thread_->moved) ::sched_setaffinity(0, sizeof thread_->allowed, &thread_->allowed);
  thread_->moved = false;
}

double LentProcessor::seconds_used() const {
  timespec t{};
  ::clock_gettime(thread_->clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

void LentProcessor::lend_mine() {
  const int here = ::sched_getcpu();
  const std::lock_guard lock(thread_->mutex);
  if (!thread_->working || thread_->moved || here < 0 || here >= CPU_SETSIZE) return;
  if (::sched_getaffinity(thread_->id, sizeof thread_->allowed, &thread_->allowed) != 0) return;
  cpu_set_t mine;
  CPU_ZERO(&mine);
  CPU_SET(here, &mine);
  thread_->moved = ::sched_setaffinity(thread_->id, sizeof mine, &mine) == 0;
}

}  // namespace understudy
