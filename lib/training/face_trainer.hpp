// SPDX-License-Identifier: Apache-2.0
// One training iteration of SAEHD and Quick96 on a batch that is already made (spec networks-and-training.md 4.3-4.8).
#pragma once

#include <memory>

#include "lib/nets/saehd.hpp"
#include "lib/training/model_spec.hpp"
#include "lib/training/optimizer.hpp"

namespace understudy {

// One side of a batch, float32 0..1: images (N,3,R,R) BGR, masks (N,1,R,R).
struct BatchSide {
  Tensor warped;      // network input
  Tensor target;      // what it shall give back
  Tensor mask;        // full face
  Tensor eyes_mouth;  // only read with the eyes_mouth rule
};
struct Batch {
  BatchSide src, dst;
};

// The displayed losses, per sample of the batch.
struct Losses {
  std::vector<double> src, dst;
  double mean_src() const;
  double mean_dst() const;
};

class FaceTrainer {
 public:
  FaceTrainer(const ModelSpec&, const Device&, Precision);

  Losses step(const Batch&);            // forward, backward, update; the losses are those before the update
  Losses evaluate(const Batch&) const;  // no gradient, no update

  Saehd& net() { return net_; }
  const Saehd& net() const { return net_; }
  Parameters& parameters() { return parameters_; }
  Optimizer& optimizer() { return optimizer_; }
  const ModelSpec& spec() const { return spec_; }

 private:
  struct Terms {
    Tensor src, dst;  // (N)
  };
  Terms losses(const Batch&) const;

  ModelSpec spec_;
  Parameters parameters_;
  Saehd net_;
  Optimizer optimizer_;
};

}  // namespace understudy
