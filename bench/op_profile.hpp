// SPDX-License-Identifier: Apache-2.0
// Where a step's time goes, by LibTorch operation: the time of each without that of the operations it calls.
#pragma once

#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace understudy {

class OpProfile {
 public:
  OpProfile() {
    self() = this;
    handle_ = at::addGlobalCallback(at::RecordFunctionCallback(&OpProfile::begin, &OpProfile::end));
  }
  ~OpProfile() {
    at::removeCallback(handle_);
    self() = nullptr;
  }

  void print(std::size_t most, int steps) const {
    std::vector<std::pair<std::string, Sum>> rows(sums_.begin(), sums_.end());
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
    for (std::size_t i = 0; i < std::min(most, rows.size()); ++i)
      std::fprintf(stderr, "%8.1f ms  %5ld calls  %s\n", 1e3 * rows[i].second.seconds / steps,
                   rows[i].second.calls / steps, rows[i].first.c_str());
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Sum {
    double seconds = 0;
    long calls = 0;
  };
  struct Open {
    Clock::time_point start;
    double inner = 0;
  };
  static OpProfile*& self() {
    static OpProfile* profile = nullptr;
    return profile;
  }
  static std::vector<Open>& open() {
    thread_local std::vector<Open> stack;
    return stack;
  }
  static std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction&) {
    open().push_back({Clock::now()});
    return nullptr;
  }
  static void end(const at::RecordFunction& f, at::ObserverContext*) {
    if (self() == nullptr || open().empty()) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - open().back().start).count();
    const double own = seconds - open().back().inner;
    open().pop_back();
    if (!open().empty()) open().back().inner += seconds;
    const std::lock_guard lock(self()->mutex_);
    auto& sum = self()->sums_[f.name()];
    sum.seconds += own;
    ++sum.calls;
  }

  at::CallbackHandle handle_;
  std::mutex mutex_;
  std::map<std::string, Sum> sums_;
};

}  // namespace understudy
