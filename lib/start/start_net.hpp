// SPDX-License-Identifier: Apache-2.0
// The network that the pretrained start is made with: SAEHD df, but with one decoder for everybody. What a face does
// (expression, gaze, pose, light) goes through the code; who it is reaches the decoder as a short vector that scales
// and shifts the channels of every convolution (FiLM, Perez et al. 2018, arXiv:1709.07871). For one person that vector
// is a constant, so the scales and shifts can be multiplied into the weights: what remains is a plain decoder of SAEHD.
#pragma once

#include <functional>

#include "lib/nets/face_parts.hpp"
#include "lib/training/model_spec.hpp"

namespace understudy {

class ModulatedDecoder {
 public:
  // Parameters are named as FaceDecoder's behind "decoder/", and "film/weight", "film/bias".
  ModulatedDecoder(const SaehdShape&, Parameters&, int in, int identity_dims);
  // z (N,in,s,s), identity (N, identity_dims).
  Decoded operator()(const Tensor& z, const Tensor& identity) const;
  // The weights of the plain decoder that does the same for this one identity (identity_dims), float32, by their names
  // behind "decoder/": "upscale0/conv1/weight" and so on.
  std::map<std::string, Tensor> plain(const Tensor& identity) const;

 private:
  struct Modulated {
    std::string name;
    Conv conv;
    std::int64_t first;  // its channels' place among all
  };
  std::size_t add(Parameters&, const std::string& name, int in, int out, int kernel);
  Tensor run(std::size_t which, const Tensor& x, const Tensor& film) const;
  Tensor up(std::size_t which, const Tensor& x, const Tensor& film) const;
  Tensor residual(std::size_t first, const Tensor& x, const Tensor& film) const;

  Activation act_;
  std::vector<Modulated> convs_;
  std::vector<std::size_t> ups_, residuals_, mask_ups_, heads_;
  std::size_t mask_head_ = 0;
  std::int64_t channels_ = 0;
  std::optional<Dense> film_;
};

class StartNet {
 public:
  static constexpr int identity_dims = 64;
  // `spec` is a df model at the resolution whose dense layers are kept; others are computed with these resampled
  // (grow).
  StartNet(const ModelSpec& spec, Parameters&);

  // Faces (N,3,R,R) -> (N, features). R may be any multiple of 32.
  Tensor encode(const Tensor& faces) const;
  Tensor identity(const Tensor& encoded) const;                // (N, identity_dims)
  Tensor latent(const Tensor& encoded, int resolution) const;  // (N, ae_dims): what the inter narrows a face to
  Tensor code_of(const Tensor& latent, int resolution) const;  // (N, ae_dims, R/16, R/16)
  Tensor code(const Tensor& encoded, int resolution) const { return code_of(latent(encoded, resolution), resolution); }
  Decoded decode(const Tensor& code, const Tensor& identity) const { return decoder_(code, identity); }
  const ModulatedDecoder& decoder() const { return decoder_; }
  const ModelSpec& spec() const { return spec_; }

 private:
  Tensor resampled(const Parameter&, int resolution) const;

  ModelSpec spec_;
  Parameters* parameters_;
  FaceEncoder encoder_;
  std::array<Parameter*, 4> dense_;  // weight and bias of the inter's two
  Up upscale_;
  Dense identity_;
  ModulatedDecoder decoder_;
};

// The spec of the start: a df-ud of this resolution.
ModelSpec start_spec(int resolution);

}  // namespace understudy
