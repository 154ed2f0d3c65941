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
  double redrawn = 0, crossed = 0;  // loss of pictures from their own code, from the other person's
  double codes = 0;                 // the codes' distance
  double play = 0;                  // mean square error of what is read from the code about the play
};

class Pretrainer {
 public:
  Pretrainer(double lr, std::int64_t decay_steps, Precision, std::uint64_t seed);
  Terms step(const Step&);
  Tensor read(const Tensor& latent) const;  // (N, ae_dims) -> (N, play_numbers): the play that the latent tells of
  std::int64_t steps() const { return optimizer_.steps(); }
  Result<> save(const fs::path& folder) const;  // start.safetensors and optimiser.safetensors
  Result<> load(const fs::path& folder);
  StartNet& net() { return net_; }
  Parameters& parameters() { return parameters_; }
  WeightAverage& average() { return average_; }

 private:
  std::vector<NamedTensor> state() const;

  Parameters parameters_;
  StartNet net_;
  Dense play_;  // reads the play from the latent; left behind when the start is shipped
  Optimizer optimizer_;
  WeightAverage average_;
};

}  // namespace understudy::pretrain
