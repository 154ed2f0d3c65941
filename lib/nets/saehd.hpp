// SPDX-License-Identifier: Apache-2.0
// SAEHD: an encoder, one inter (df) or two (liae), and a decoder per identity (df) or one for both (liae).
// Spec networks-and-training.md 1.1; Quick96 is the same with fixed numbers (1.3).
#pragma once

#include <memory>

#include "lib/nets/archi.hpp"
#include "lib/nets/face_net.hpp"

namespace understudy {

struct FaceEncoder;
struct FaceDecoder;

class Saehd : public FaceNet {
 public:
  // Registers its parameters, sub-network by sub-network. The shape must have passed check_shape.
  Saehd(const SaehdShape&, Parameters&);
  ~Saehd() override;

  Reconstruction forward(const Tensor& src, const Tensor& dst, const Wanted& = {}) const override;
  Tensor shared_code(const Tensor& faces) const override;
  Swap predict(const Tensor& dst, double morph = 1) const override;
  // encoder, inter, decoder_src, decoder_dst or encoder, inter_AB, inter_B, decoder
  std::vector<std::string> parts() const override;
  int resolution() const override { return shape_.resolution; }

  // For parity tests: the flattened encoder output and an inter's output ("inter", "inter_AB" or "inter_B").
  Tensor encode(const Tensor& face) const;
  Tensor inter(std::string_view name, const Tensor& encoded) const;

  const SaehdShape& shape() const { return shape_; }

 private:
  struct Inter;
  Reconstruction forward_src(const Tensor& src) const;
  SaehdShape shape_;
  Parameters* parameters_;
  std::unique_ptr<FaceEncoder> encoder_;
  std::unique_ptr<Inter> inter_, inter_b_;                  // df: inter_; liae: AB and B
  std::unique_ptr<FaceDecoder> decoder_src_, decoder_dst_;  // liae: decoder_src_ is the one for both
};

}  // namespace understudy
