// SPDX-License-Identifier: Apache-2.0
// How this process's threads share processors with other processes (Linux; elsewhere nothing is known and nothing
// done).
#pragma once

#include <memory>
#include <optional>

namespace understudy {

long this_thread_id();
// Seconds that a thread stood ready while others had the processor, since it began; none where it has ended or the
// system does not tell.
std::optional<double> seconds_without_processor(long thread);

// A thread that others may have to wait for. When it lost the processor to another process in the middle of its work,
// a thread that has nothing left to do lends it its own, for the rest of the work.
class LentProcessor {
 public:
  LentProcessor();  // of the calling thread
  ~LentProcessor();
  LentProcessor(const LentProcessor&) = delete;
  LentProcessor& operator=(const LentProcessor&) = delete;

  void begin();  // by the thread itself, around its work
  void end();
  // By another thread: processor time that the thread has used so far; two equal answers mean that it does not run.
  double seconds_used() const;
  // By another thread, which then sleeps: the thread at work goes on here. Nothing when its work has ended.
  void lend_mine();

 private:
  struct Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace understudy
