// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/amp.hpp"

#include "lib/nets/face_parts.hpp"

namespace understudy {
namespace {

// Encoder and decoder are SAEHD's "udt" ones with plain leaky ReLU (spec 1.2).
SaehdShape as_saehd(const AmpShape& shape) {
  return {Archi{false, true, true, true, false},
          shape.resolution,
          shape.ae_dims,
          shape.e_dims,
          shape.d_dims,
          shape.d_mask_dims};
}

}  // namespace

struct Amp::Parts {
  Parts(const AmpShape& shape, Parameters& p)
      : lowest(shape.resolution / 32),
        encoder(as_saehd(shape), p),
        dense(p, "encoder/dense1", FaceEncoder::encoded_size(as_saehd(shape)), shape.ae_dims),
        inter_src(p, "inter_src/dense2", shape.ae_dims, std::int64_t{lowest} * lowest * shape.inter_dims),
        inter_dst(p, "inter_dst/dense2", shape.ae_dims, std::int64_t{lowest} * lowest * shape.inter_dims),
        decoder(as_saehd(shape), p, "decoder", shape.inter_dims) {}

  // (N,ae) -> (N, inter_dims, R/32, R/32)
  Tensor code(const Dense& inter, const Tensor& encoded) const {
    return inter(encoded).view({encoded.size(0), -1, lowest, lowest}).contiguous(torch::MemoryFormat::ChannelsLast);
  }

  int lowest;
  FaceEncoder encoder;
  Dense dense, inter_src, inter_dst;
  FaceDecoder decoder;
};

Amp::Amp(const AmpShape& shape, Parameters& p) : shape_(shape), parameters_(&p) {
  p_ = std::make_unique<Parts>(shape, p);
}

Amp::~Amp() = default;

Tensor Amp::encode(const Tensor& face) const {
  const auto type = parameters_->precision() == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;
  return p_->dense(p_->encoder(face.to(parameters_->device(), type).contiguous(torch::MemoryFormat::ChannelsLast)));
}

Tensor Amp::inter(std::string_view name, const Tensor& encoded) const {
  return p_->code(name == "inter_src" ? p_->inter_src : p_->inter_dst, encoded);
}

Reconstruction Amp::forward(const Tensor& src, const Tensor& dst, const Wanted& wanted) const {
  const auto n = src.size(0);
  const Tensor encoded = encode(torch::cat({src, dst}));
  const Tensor by_dst = p_->code(p_->inter_dst, encoded);
  // The src inter also sees dst when the swap is wanted.
  const Tensor by_src = p_->code(p_->inter_src, wanted.swap ? encoded : encoded.narrow(0, 0, n));
  Tensor code_src = by_src.narrow(0, 0, n);
  if (wanted.channels.defined()) {
    const Tensor chosen = wanted.channels.to(code_src.options());
    code_src = code_src * chosen + by_dst.narrow(0, 0, n) * (1 - chosen);
  }
  std::vector<Tensor> codes{code_src, by_dst.narrow(0, n, n)};
  if (wanted.swap) codes.push_back(by_src.narrow(0, n, n));
  const Decoded all = p_->decoder(torch::cat(codes).contiguous(torch::MemoryFormat::ChannelsLast), checkpointing_);
  auto part = [&](std::int64_t i) { return Decoded{all.bgr.narrow(0, i * n, n), all.mask.narrow(0, i * n, n)}; };
  Reconstruction r;
  r.src = part(0);
  r.dst = part(1);
  if (wanted.swap) r.swap = part(2);
  return r;
}

Swap Amp::predict(const Tensor& dst, double morph) const {
  torch::InferenceMode inference;
  const auto n = dst.size(0);
  const Tensor encoded = encode(dst);
  const Tensor own = p_->code(p_->inter_dst, encoded), other = p_->code(p_->inter_src, encoded);
  // In float32, as DeepFaceLab's graph and an exported file count.
  const auto part = static_cast<float>(std::clamp(morph, 0.0, 1.0));
  const auto from_src = static_cast<std::int64_t>(static_cast<float>(shape_.inter_dims) * part);
  const Tensor code =
      torch::cat({other.narrow(1, 0, from_src), own.narrow(1, from_src, shape_.inter_dims - from_src)}, 1);
  const Decoded all = p_->decoder(torch::cat({code, own}).contiguous(torch::MemoryFormat::ChannelsLast));
  return {all.bgr.narrow(0, 0, n), all.mask.narrow(0, 0, n), all.mask.narrow(0, n, n)};
}

}  // namespace understudy
