// SPDX-License-Identifier: Apache-2.0
// The two discriminators (spec networks-and-training.md 1.5).
#pragma once

#include "lib/nets/layers.hpp"

namespace understudy {

// U-Net patch discriminator. `scope` is "D_src" (SAEHD) or "GAN" (AMP): the first part of its parameters' names.
class PatchDiscriminator {
 public:
  PatchDiscriminator(const std::string& scope, int patch, int dims, Parameters&);
  ~PatchDiscriminator();
  // Logits: one map at the coarsest size, one at full size.
  struct Logits {
    Tensor centre, full;
  };
  Logits operator()(const Tensor& bgr) const;  // (N,3,R,R)

 private:
  struct Parts;
  std::unique_ptr<Parts> p_;
  Parameters* parameters_;
};

// Tells codes of src from codes of dst (df's true face). Scope "dis".
class CodeDiscriminator {
 public:
  CodeDiscriminator(int channels, int code_side, Parameters&, int width = 256);
  Tensor operator()(const Tensor& code) const;  // (N,C,c,c) -> logits

 private:
  std::vector<Conv> convs_;
  std::vector<Conv> out_;
};

}  // namespace understudy
