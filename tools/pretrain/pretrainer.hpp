// SPDX-License-Identifier: Apache-2.0
// Trains the start: redraws faces from a code that must not tell who they are and a vector that tells only that.
#pragma once

#include "lib/start/start_net.hpp"
#include "lib/tensor/safetensors.hpp"
#include "lib/training/average.hpp"
#include "lib/training/optimizer.hpp"
#include "tools/pretrain/groups.hpp"

namespace understudy::pretrain {

struct Terms {
  double redrawn = 0, crossed = 0,
         codes = 0;  // loss of pictures from their own code, from the other person's; codes' distance
};

class Pretrainer {
 public:
  Pretrainer(double lr, std::int64_t decay_steps, Precision, std::uint64_t seed);
  Terms step(const Step&);
  std::int64_t steps() const { return optimizer_.steps(); }
  Result<> save(const fs::path& folder) const;  // start.safetensors and optimiser.safetensors
  Result<> load(const fs::path& folder);
  StartNet& net() { return net_; }
  Parameters& parameters() { return parameters_; }
  WeightAverage& average() { return average_; }

 private:
  Parameters parameters_;
  StartNet net_;
  Optimizer optimizer_;
  WeightAverage average_;
};

}  // namespace understudy::pretrain
