// SPDX-License-Identifier: Apache-2.0
// Own loops on LibTorch's threads. (at::parallel_for in a file that is compiled without OpenMP runs on one.)
#pragma once

#include <functional>

namespace understudy {

int parallel_threads();  // how many at most work at once: what open_device() set; 1 inside a parallel loop

// Calls work(item, thread) for each item 0..count-1, thread 0..parallel_threads()-1. Whoever is free takes the next
// item, so that a thread which the system gives to another process for a while holds nobody up: results must not depend
// on who does what.
void parallel_items(int count, const std::function<void(int item, int thread)>& work);

}  // namespace understudy
