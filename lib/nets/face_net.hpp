// SPDX-License-Identifier: Apache-2.0
// What SAEHD (and Quick96) and AMP have in common: a network that gives faces back and swaps them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/nets/layers.hpp"

namespace understudy {

// A decoder's output: bgr (N,3,R,R) and mask (N,1,R,R), float32, 0..1.
struct Decoded {
  Tensor bgr, mask;
};

// The src face doing the dst faces' expressions.
struct Swap {
  Tensor bgr;
  Tensor mask;      // learned-prd: mask of the swapped face
  Tensor mask_dst;  // learned-dst: mask of the dst face
};

struct Reconstruction {
  Decoded src, dst;                      // src->src and dst->dst
  std::optional<Decoded> swap;           // dst expression with the src face, when asked for
  Tensor code_src, code_dst;             // df: the inter's outputs, for true face; else undefined
  std::optional<Decoded> swap_detached;  // the swap from a code without gradient, when asked for (styles, expression)
};

struct Wanted {
  bool swap = false;
  bool swap_detached = false;
  Tensor channels;  // AMP: (N, inter_dims, 1, 1) of 0 and 1, which channels of a src code come from inter_src
};

class FaceNet {
 public:
  virtual ~FaceNet() = default;
  // Faces (N,3,R,R) float32 BGR 0..1; src and dst in equal numbers. Shared parts run once over both. An undefined `dst`
  // leaves all of dst and the swap out (not AMP).
  virtual Reconstruction forward(const Tensor& src, const Tensor& dst, const Wanted& = {}) const = 0;
  // `morph` 0..1 is AMP's part of the src face; the others have always 1. Runs in inference mode.
  virtual Swap predict(const Tensor& dst, double morph = 1) const = 0;
  // The code of faces as the decoders get it: for df and liae what both people share. Empty for AMP.
  virtual Tensor shared_code(const Tensor& /*faces*/) const { return {}; }
  // Sub-network names in DeepFaceLab's order: the files of a model there, the first part of parameter names here.
  virtual std::vector<std::string> parts() const = 0;
  virtual int resolution() const = 0;
  // Computes decoders a second time in the backward pass in place of keeping what they made (less memory).
  void set_checkpointing(bool on) { checkpointing_ = on; }

 protected:
  bool checkpointing_ = false;
};

}  // namespace understudy
