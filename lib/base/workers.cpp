// SPDX-License-Identifier: Apache-2.0
#include "lib/base/workers.hpp"

#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <vector>

namespace understudy {

Error caught_error() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return {Code::out_of_memory, "Out of memory", {}, {}};
  } catch (const std::exception& e) {
    return {Code::internal,
            fmt::format("A mistake in understudy: {}", e.what()),
            "Please report it with the command line.",
            {}};
  } catch (...) {
    return {
        Code::internal, "A mistake in understudy: something unknown", "Please report it with the command line.", {}};
  }
}

Result<> on_threads(unsigned threads, const ThreadWork& work) {
  std::mutex mutex;
  std::optional<Error> first;
  const auto one = [&](unsigned thread) {
    auto done = walled([&] { return work(thread); });
    if (done) return;
    const std::lock_guard lock(mutex);
    if (!first) first = std::move(done).error();
  };
  {
    std::vector<std::jthread> others;
    try {
      for (unsigned i = 1; i < threads; ++i) others.emplace_back(one, i);
    } catch (const std::exception&) {
      // No more threads are to be had: those that are there do it all.
    }
    one(0);
  }
  if (first) return Failure(*std::move(first));
  return {};
}

Result<std::thread> background_thread(std::function<void()> work, std::function<void(const Error&)> failed) {
  try {
    return std::thread([work = std::move(work), failed = std::move(failed)] {
      const auto done = walled([&]() -> Result<> {
        work();
        return {};
      });
      if (done) return;
      [[maybe_unused]] const auto told = walled([&]() -> Result<> {
        failed(done.error());
        return {};
      });
    });
  } catch (const std::system_error& e) {
    return fail_with_hint(Code::out_of_memory, fmt::format("The system gives no further thread: {}", e.what()),
                          "End other programs, or raise the limit of processes.");
  }
}

}  // namespace understudy
