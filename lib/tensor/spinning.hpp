// SPDX-License-Identifier: Apache-2.0
// How LibTorch's threads wait for one another at the end of each loop that they share. Spinning hands over in a
// microsecond, but burns the processor that, on a machine with other work, the thread which is waited for would need:
// docs/decisions/waiting-threads.md.
#pragma once

#include <memory>

namespace understudy {

// While one exists the threads sleep at once in place of spinning for milliseconds.
class SleepingThreads {
 public:
  SleepingThreads();
  ~SleepingThreads();
  SleepingThreads(const SleepingThreads&) = delete;
  SleepingThreads& operator=(const SleepingThreads&) = delete;

 private:
  struct Crowd;
  std::unique_ptr<Crowd> crowd_;
};

// Looks how long the threads stood without a processor and has them spin or sleep accordingly. Call it once a training
// step, from the thread that computes; it does something a few times a second at most.
class WaitChooser {
 public:
  WaitChooser();
  ~WaitChooser();
  void step();
  bool sleeping() const { return sleeping_ != nullptr; }

  // Part of the time, over all threads, that they stood without a processor: what it decides by.
  static constexpr double busy_from = 0.06, quiet_below = 0.02;

 private:
  struct Watched;
  std::unique_ptr<Watched> watched_;
  std::unique_ptr<SleepingThreads> sleeping_;
};

}  // namespace understudy
