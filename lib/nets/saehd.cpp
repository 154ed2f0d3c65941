// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/saehd.hpp"

#include "lib/nets/face_parts.hpp"

namespace understudy {

struct Saehd::Inter {
  Inter(const SaehdShape& shape, Parameters& p, const std::string& name, int out_channels)
      : lowest(shape.resolution / (shape.archi.doubled ? 32 : 16)),
        channels(out_channels),
        dense1(p, name + "/dense1", FaceEncoder::encoded_size(shape), shape.ae_dims),
        dense2(p, name + "/dense2", shape.ae_dims, std::int64_t{lowest} * lowest * channels) {
    if (!shape.archi.deep) upscale.emplace(p, name + "/upscale1", channels, channels, Activation{shape.archi.cosine});
  }

  Tensor operator()(const Tensor& x) const {
    Tensor y =
        dense2(dense1(x)).view({x.size(0), channels, lowest, lowest}).contiguous(torch::MemoryFormat::ChannelsLast);
    return upscale ? (*upscale)(y) : y;
  }

  int lowest, channels;
  Dense dense1, dense2;
  std::optional<Up> upscale;
};

Saehd::Saehd(const SaehdShape& shape, Parameters& p) : shape_(shape), parameters_(&p) {
  encoder_ = std::make_unique<FaceEncoder>(shape, p);
  if (shape.archi.liae) {
    inter_ = std::make_unique<Inter>(shape, p, "inter_AB", 2 * shape.ae_dims);
    inter_b_ = std::make_unique<Inter>(shape, p, "inter_B", 2 * shape.ae_dims);
    decoder_src_ = std::make_unique<FaceDecoder>(shape, p, "decoder", 4 * shape.ae_dims);
  } else {
    inter_ = std::make_unique<Inter>(shape, p, "inter", shape.ae_dims);
    decoder_src_ = std::make_unique<FaceDecoder>(shape, p, "decoder_src", shape.ae_dims);
    decoder_dst_ = std::make_unique<FaceDecoder>(shape, p, "decoder_dst", shape.ae_dims);
  }
}

Saehd::~Saehd() = default;

std::vector<std::string> Saehd::parts() const {
  if (shape_.archi.liae) return {"encoder", "inter_AB", "inter_B", "decoder"};
  return {"encoder", "inter", "decoder_src", "decoder_dst"};
}

Tensor Saehd::encode(const Tensor& face) const {
  const auto type = parameters_->precision() == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;
  return (*encoder_)(face.to(parameters_->device(), type).contiguous(torch::MemoryFormat::ChannelsLast));
}

Tensor Saehd::inter(std::string_view name, const Tensor& encoded) const {
  return name == "inter_B" ? (*inter_b_)(encoded) : (*inter_)(encoded);
}

Tensor Saehd::shared_code(const Tensor& faces) const { return (*inter_)(encode(faces)); }

Reconstruction Saehd::forward(const Tensor& src, const Tensor& dst, const Wanted& wanted) const {
  const auto n = src.size(0);
  if (!dst.defined()) return forward_src(src);
  const Tensor encoded = encode(torch::cat({src, dst}));
  const Tensor shared = (*inter_)(encoded);
  const Tensor shared_src = shared.narrow(0, 0, n), shared_dst = shared.narrow(0, n, n);
  Reconstruction r;
  if (!shape_.archi.liae) {
    r.src = (*decoder_src_)(shared_src, checkpointing_);
    r.dst = (*decoder_dst_)(shared_dst, checkpointing_);
    r.code_src = shared_src;
    r.code_dst = shared_dst;
    if (wanted.swap) r.swap = (*decoder_src_)(shared_dst, checkpointing_);
    if (wanted.swap_detached) r.swap_detached = (*decoder_src_)(shared_dst.detach(), checkpointing_);
    return r;
  }
  const Tensor own_dst = (*inter_b_)(encoded.narrow(0, n, n));
  const Tensor swap_code = torch::cat({shared_dst, shared_dst}, 1);
  std::vector<Tensor> codes{torch::cat({shared_src, shared_src}, 1), torch::cat({own_dst, shared_dst}, 1)};
  if (wanted.swap) codes.push_back(swap_code);
  if (wanted.swap_detached) codes.push_back(swap_code.detach());
  const Decoded all = (*decoder_src_)(torch::cat(codes).contiguous(torch::MemoryFormat::ChannelsLast), checkpointing_);
  auto part = [&](std::int64_t i) { return Decoded{all.bgr.narrow(0, i * n, n), all.mask.narrow(0, i * n, n)}; };
  r.src = part(0);
  r.dst = part(1);
  if (wanted.swap) r.swap = part(2);
  if (wanted.swap_detached) r.swap_detached = part(static_cast<std::int64_t>(codes.size()) - 1);
  return r;
}

Reconstruction Saehd::forward_src(const Tensor& src) const {
  Reconstruction r;
  const Tensor shared = (*inter_)(encode(src));
  if (!shape_.archi.liae) r.code_src = shared;
  r.src = (*decoder_src_)(shape_.archi.liae ? torch::cat({shared, shared}, 1) : shared, checkpointing_);
  return r;
}

Swap Saehd::predict(const Tensor& dst, double) const {
  torch::InferenceMode inference;
  const auto n = dst.size(0);
  const Tensor encoded = encode(dst);
  const Tensor shared = (*inter_)(encoded);
  if (!shape_.archi.liae) {
    const Decoded swap = (*decoder_src_)(shared);
    return {swap.bgr, swap.mask, (*decoder_dst_)(shared).mask};
  }
  const Tensor own = torch::cat({(*inter_b_)(encoded), shared}, 1);
  const Decoded all =
      (*decoder_src_)(torch::cat({torch::cat({shared, shared}, 1), own}).contiguous(torch::MemoryFormat::ChannelsLast));
  return {all.bgr.narrow(0, 0, n), all.mask.narrow(0, 0, n), all.mask.narrow(0, n, n)};
}

}  // namespace understudy
