// SPDX-License-Identifier: Apache-2.0
// The terms of the generator's loss for SAEHD, AMP and Quick96 (spec networks-and-training.md 4.3, 4.5, 4.6). Every
// term has one value per sample.
#pragma once

#include "lib/nets/face_net.hpp"
#include "lib/training/batch.hpp"
#include "lib/training/model_spec.hpp"

namespace understudy {

// A batch as the losses read it: src and dst behind each other in every tensor (2N; N of a batch of src alone), on the
// network's device.
struct Targets {
  Tensor bgr;         // behind blur_out_mask
  Tensor mask;        // full face
  Tensor soft;        // the mask with a soft edge outside
  Tensor weight;      // what images are multiplied by before they are compared: soft, with background_power; or ones
  Tensor eyes_mouth;  // undefined without that rule
  std::int64_t n = 0;
  Tensor src(const Tensor& both) const { return both.narrow(0, 0, n); }
  Tensor dst(const Tensor& both) const { return both.narrow(0, n, n); }
};
Targets targets_of(const ModelSpec&, const Batch&, torch::Device);

struct LossTerms {
  Tensor src, dst;  // displayed, (N); dst undefined for a batch of src alone
  Tensor hidden;    // trained but not displayed, (N); undefined when there is none
};
// Without the discriminators' terms.
LossTerms reconstruction_terms(const ModelSpec&, const Reconstruction&, const Targets&);

// What a GAN adds against noise: little total variation, and the background as it is (spec 4.3, 4.5).
Tensor gan_clean_up(const Reconstruction&, const Targets&);

// The swap is only computed when a style asks for it.
Wanted wanted_of(const ModelSpec&);

}  // namespace understudy
