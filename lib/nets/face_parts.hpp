// SPDX-License-Identifier: Apache-2.0
// The encoder and decoder that SAEHD and AMP share, internal to the room (spec networks-and-training.md 1.1).
#pragma once

#include "lib/nets/archi.hpp"
#include "lib/nets/face_net.hpp"

namespace understudy {

// (N,3,R,R) -> (N, encoded_size) behind pixel_norm where the architecture has it.
struct FaceEncoder {
  FaceEncoder(const SaehdShape&, Parameters&);
  Tensor operator()(Tensor x) const;
  static std::int64_t encoded_size(const SaehdShape&);

  Archi archi;
  std::vector<Down> downs;
  std::optional<Residual> first_residual, last_residual;
};

// A code (N,in,s,s) -> image and mask.
struct FaceDecoder {
  FaceDecoder(const SaehdShape&, Parameters&, const std::string& name, int in);
  // With `checkpointing` the inside is not kept for the backward pass but computed again there.
  Decoded operator()(const Tensor& z, bool checkpointing = false) const;

 private:
  Decoded decode(const Tensor& z) const;
  Tensor image_head(const Tensor& x) const;
  friend class CheckpointedDecoder;

  const Parameters* parameters;
  bool doubled;
  std::vector<Up> ups, mask_ups;
  std::vector<Residual> residuals;
  std::vector<Conv> heads, mask_head;
};

}  // namespace understudy
