// SPDX-License-Identifier: Apache-2.0
#include "lib/tensor/parallel.hpp"

#include <ATen/Parallel.h>
#include <omp.h>

#include <atomic>
#include <exception>

namespace understudy {

int parallel_threads() { return at::in_parallel_region() || omp_in_parallel() ? 1 : at::get_num_threads(); }

void parallel_items(int count, const std::function<void(int item, int thread)>& work) {
  if (count <= 1 || parallel_threads() == 1) {
    for (int item = 0; item < count; ++item) work(item, 0);
    return;
  }
  std::atomic<int> next = 0;
  std::exception_ptr failure;
  std::atomic_flag failed = ATOMIC_FLAG_INIT;
  // Always all threads, as LibTorch has it: a team of another size would end threads and start them again.
#pragma omp parallel
  {
    try {
      c10::ParallelGuard guard(true);
      const int thread = omp_get_thread_num();
      for (int item = next++; item < count; item = next++) work(item, thread);
    } catch (...) {
      if (!failed.test_and_set()) failure = std::current_exception();
      next = count;
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace understudy
