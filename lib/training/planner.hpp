// SPDX-License-Identifier: Apache-2.0
// Says before the first iteration what a training will need. No model of the arithmetic is as good as the arithmetic:
// two trial steps on made-up faces at small batches give the memory, which grows by the same amount with every face;
// when that fits, a few more at the full batch give the time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/training/batch.hpp"
#include "lib/training/model_spec.hpp"

namespace understudy {

struct Plan {
  std::uint64_t memory = 0;            // predicted peak of the process, bytes
  std::uint64_t available = 0;         // what there is for it
  double seconds = 0;                  // an iteration; 0 when it does not fit (nothing was timed)
  std::vector<std::string> proposals;  // what to lower, each with what it would need; only when it does not fit
  bool fits() const { return memory <= available; }
};

// `other_memory`: what is used beside the network (sample cache). `next_batch`: a batch of the training to come for
// each timed step; the threads that make the next ones take their part of the processor then. The GPU's memory is not
// planned: its library refuses by itself what does not fit. Throws as LibTorch does (guard_torch).
Result<Plan> plan_training(const ModelSpec&, const Device&, Precision, std::uint64_t other_memory,
                           const std::function<Result<Batch>()>& next_batch);

// "needs about 2.1 GiB of 21.5, 0.92 s an iteration", and the proposals when it does not fit.
std::string to_text(const Plan&);

}  // namespace understudy
