// SPDX-License-Identifier: Apache-2.0
// A running mean of a model's weights (EMA). Steadier than the weights of any one iteration, which still carry the
// noise of the last batches; used for previews, merging and export.
#pragma once

#include <functional>

#include "lib/nets/layers.hpp"
#include "lib/tensor/safetensors.hpp"

namespace understudy {

class WeightAverage {
 public:
  // Starts as a copy of the weights.
  WeightAverage(Parameters&, double decay);

  // average = d average + (1 - d) weights, where d rises from 0.1 to the decay: the start is soon forgotten.
  void update(std::int64_t step);
  // "ema:NAME" per parameter.
  std::vector<NamedTensor> state() const;
  // Takes over what is there under those names; false when something is missing, then the weights are copied.
  bool load(const std::map<std::string, Tensor>& saved);
  // Those parameters' averages begin anew, at the weights.
  void restart(const std::function<bool(const Parameter&)>& of);

  // The network computes with the averages for as long as this lives.
  class Use {
   public:
    explicit Use(WeightAverage*);  // null: no change
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    WeightAverage* average_;
    std::vector<Tensor> kept_;
  };

 private:
  Parameters& parameters_;
  double decay_;
  std::vector<Tensor> means_;
};

}  // namespace understudy
