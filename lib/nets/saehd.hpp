// SPDX-License-Identifier: Apache-2.0
// SAEHD: an encoder, one inter (df) or two (liae), and a decoder per identity (df) or one for both (liae).
// Spec networks-and-training.md 1.1; Quick96 is the same with fixed numbers (1.3).
#pragma once

#include <memory>
#include <optional>

#include "lib/nets/archi.hpp"
#include "lib/nets/layers.hpp"

namespace understudy {

// A decoder's output: bgr (N,3,R,R) and mask (N,1,R,R), float32, 0..1.
struct Decoded {
  Tensor bgr, mask;
};

class Saehd {
 public:
  // Registers its parameters, sub-network by sub-network. The shape must have passed check_shape.
  Saehd(const SaehdShape&, Parameters&);
  ~Saehd();

  struct Reconstruction {
    Decoded src, dst;             // src->src and dst->dst
    std::optional<Decoded> swap;  // dst expression with the src face, when asked for
  };
  // Faces (N,3,R,R) float32 BGR 0..1; src and dst in equal numbers. Shared parts run once over both.
  Reconstruction forward(const Tensor& src, const Tensor& dst, bool with_swap = false) const;

  struct Swap {
    Tensor bgr;       // the src face doing the dst face's expression
    Tensor mask;      // learned-prd: mask of the swapped face
    Tensor mask_dst;  // learned-dst: mask of the dst face
  };
  Swap predict(const Tensor& dst) const;

  // For parity tests: the flattened encoder output and an inter's output ("inter", "inter_AB" or "inter_B").
  Tensor encode(const Tensor& face) const;
  Tensor inter(std::string_view name, const Tensor& encoded) const;

  const SaehdShape& shape() const { return shape_; }
  // Sub-network names in order: encoder, inter, decoder_src, decoder_dst or encoder, inter_AB, inter_B, decoder.
  std::vector<std::string> parts() const;

 private:
  struct Encoder;
  struct Inter;
  struct Decoder;
  SaehdShape shape_;
  Parameters* parameters_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<Inter> inter_, inter_b_;              // df: inter_; liae: AB and B
  std::unique_ptr<Decoder> decoder_src_, decoder_dst_;  // liae: decoder_src_ is the one for both
};

}  // namespace understudy
