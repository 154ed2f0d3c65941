// SPDX-License-Identifier: Apache-2.0
// AMP: one encoder, two inters, one decoder; a code mixes channels of both inters (spec networks-and-training.md 1.2).
#pragma once

#include "lib/nets/archi.hpp"
#include "lib/nets/face_net.hpp"

namespace understudy {

struct AmpShape {
  int resolution = 224;  // a multiple of 32
  int ae_dims = 256, inter_dims = 1024;
  int e_dims = 64, d_dims = 64, d_mask_dims = 22;
};

class Amp : public FaceNet {
 public:
  Amp(const AmpShape&, Parameters&);
  ~Amp() override;

  // Without `channels` a src code comes from inter_src alone.
  Reconstruction forward(const Tensor& src, const Tensor& dst, const Wanted& = {}) const override;
  // The first int(inter_dims * morph) channels come from inter_src.
  Swap predict(const Tensor& dst, double morph = 1) const override;
  std::vector<std::string> parts() const override { return {"encoder", "inter_src", "inter_dst", "decoder"}; }
  int resolution() const override { return shape_.resolution; }

  // For parity tests: the encoder's (N,ae) output and an inter's ("inter_src", "inter_dst").
  Tensor encode(const Tensor& face) const;
  Tensor inter(std::string_view name, const Tensor& encoded) const;

 private:
  struct Parts;
  AmpShape shape_;
  Parameters* parameters_;
  std::unique_ptr<Parts> p_;
};

}  // namespace understudy
