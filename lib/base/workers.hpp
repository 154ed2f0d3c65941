// SPDX-License-Identifier: Apache-2.0
// Several threads at one piece of work, behind one wall: what a worker throws becomes an Error for whoever waits for
// it, never the end of the process. Whoever starts threads starts them here, or lets them run walled().
#pragma once

#include <functional>
#include <thread>
#include <type_traits>

#include "lib/base/result.hpp"

namespace understudy {

// The exception that is being handled, as an Error: out_of_memory, or internal with what it says. In a catch block
// only.
Error caught_error();

// What `work` returns, a Result; what it throws as an Error.
template <class Work>
auto walled(Work&& work) -> std::invoke_result_t<Work> {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    return Failure(caught_error());
  }
}

// work(thread) on that many threads at once, the caller's own being number 0; returns when all have ended, with the
// first failure. Where the system gives no more threads, fewer do the work: it must be such that any number can.
using ThreadWork = std::function<Result<>(unsigned thread)>;
Result<> on_threads(unsigned threads, const ThreadWork& work);

// A thread that works in the background, or Code::out_of_memory when the system gives none. What `work` throws is given
// to `failed`, in that thread; what that throws is lost.
Result<std::thread> background_thread(std::function<void()> work, std::function<void(const Error&)> failed);

}  // namespace understudy
