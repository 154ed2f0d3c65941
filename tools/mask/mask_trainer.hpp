// SPDX-License-Identifier: Apache-2.0
// Trains the generic mask: a small network of XSeg's kind.
#pragma once

#include "lib/tensor/safetensors.hpp"
#include "lib/training/average.hpp"
#include "lib/training/optimizer.hpp"
#include "lib/xseg/generic_mask_file.hpp"
#include "tools/mask/samples.hpp"

namespace understudy::mask_bank {

class MaskTrainer {
 public:
  MaskTrainer(double lr, std::int64_t decay_steps, std::uint64_t seed);
  double step(const MaskBatch&);  // the loss from before
  std::int64_t steps() const { return optimizer_.steps(); }
  // By the averaged weights: (N,1,R,R), 0..1.
  Tensor predict(const Tensor& bgr);
  Result<> save(const fs::path& folder) const;  // one file, mask.safetensors: a kill leaves no half
  Result<> load(const fs::path& folder);
  // Begins at the weights of a shipped mask, with an optimiser that has seen nothing yet.
  Result<> start_from(const fs::path& shipped);

 private:
  Parameters parameters_;
  XsegNet net_;
  Optimizer optimizer_;
  WeightAverage average_;
};

}  // namespace understudy::mask_bank
