// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/saehd.hpp"

namespace understudy {

struct Saehd::Encoder {
  Encoder(const SaehdShape& shape, Parameters& p) : archi(shape.archi) {
    const Activation act{archi.cosine};
    const int e = shape.e_dims;
    if (archi.deep) {
      const int widths[] = {3, e, 2 * e, 4 * e, 8 * e, 8 * e};
      for (int i = 0; i < 5; ++i) {
        downs.emplace_back(p, fmt::format("encoder/down{}", i + 1), widths[i], widths[i + 1], act);
        if (i == 0) first_residual.emplace(p, "encoder/res1", e, act);
      }
      last_residual.emplace(p, "encoder/res5", 8 * e, act);
    } else {
      const int widths[] = {3, e, 2 * e, 4 * e, 8 * e};
      for (int i = 0; i < 4; ++i)
        downs.emplace_back(p, fmt::format("encoder/down1/downs_{}", i), widths[i], widths[i + 1], act);
    }
  }

  Tensor operator()(Tensor x) const {
    for (std::size_t i = 0; i < downs.size(); ++i) {
      x = downs[i](x);
      if (i == 0 && first_residual) x = (*first_residual)(x);
    }
    if (last_residual) x = (*last_residual)(x);
    x = x.flatten(1);  // channel-major, whatever the memory format
    return archi.pixel_norm ? pixel_norm(x) : x;
  }

  Archi archi;
  std::vector<Down> downs;
  std::optional<Residual> first_residual, last_residual;
};

struct Saehd::Inter {
  Inter(const SaehdShape& shape, Parameters& p, const std::string& name, int out_channels)
      : lowest(shape.resolution / (shape.archi.doubled ? 32 : 16)),
        channels(out_channels),
        dense1(p, name + "/dense1", encoded_size(shape), shape.ae_dims),
        dense2(p, name + "/dense2", shape.ae_dims, std::int64_t{lowest} * lowest * channels) {
    if (!shape.archi.deep) upscale.emplace(p, name + "/upscale1", channels, channels, Activation{shape.archi.cosine});
  }

  static std::int64_t encoded_size(const SaehdShape& shape) {
    const std::int64_t side = shape.resolution / (shape.archi.deep ? 32 : 16);
    return 8 * shape.e_dims * side * side;
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

struct Saehd::Decoder {
  Decoder(const SaehdShape& shape, Parameters& p, const std::string& name, int in) : doubled(shape.archi.doubled) {
    const Activation act{shape.archi.cosine};
    const int d = shape.d_dims, m = shape.d_mask_dims;
    const std::vector<int> factors = shape.archi.deep ? std::vector{8, 8, 4, 2} : std::vector{8, 4, 2};
    const int stages = static_cast<int>(factors.size());
    for (int i = 0; i < stages; ++i)
      ups.emplace_back(p, fmt::format("{}/upscale{}", name, i), i == 0 ? in : factors[i - 1] * d, factors[i] * d, act);
    for (int i = 0; i < stages; ++i) residuals.emplace_back(p, fmt::format("{}/res{}", name, i), factors[i] * d, act);
    for (int i = 0; i < stages; ++i)
      mask_ups.emplace_back(p, fmt::format("{}/upscalem{}", name, i), i == 0 ? in : factors[i - 1] * m, factors[i] * m,
                            act);
    heads.emplace_back(p, name + "/out_conv", 2 * d, 3, 1);
    if (doubled) {
      for (int i = 1; i < 4; ++i) heads.emplace_back(p, fmt::format("{}/out_conv{}", name, i), 2 * d, 3, 3);
      mask_ups.emplace_back(p, fmt::format("{}/upscalem{}", name, stages), 2 * m, m, act);
    }
    mask_head.emplace_back(p, name + "/out_convm", doubled ? m : 2 * m, 1, 1);
  }

  // The four heads of `d` see the same features: one 3x3 convolution with 12 outputs, the 1x1 head set in its middle.
  Tensor image_head(const Tensor& x) const {
    if (!doubled) return heads[0](x);
    const Tensor first = torch::constant_pad_nd(heads[0].weight().value, {1, 1, 1, 1});
    const Tensor weight =
        torch::cat({first, heads[1].weight().value, heads[2].weight().value, heads[3].weight().value});
    const Tensor bias =
        torch::cat({heads[0].bias().value, heads[1].bias().value, heads[2].bias().value, heads[3].bias().value});
    return depth_to_space(torch::conv2d(x, weight, bias, {1, 1}, {1, 1}));
  }

  Decoded operator()(const Tensor& z) const {
    Tensor x = z, m = z;
    for (std::size_t i = 0; i < ups.size(); ++i) x = residuals[i](ups[i](x));
    for (const auto& up : mask_ups) m = up(m);
    return {torch::sigmoid(image_head(x).to(torch::kFloat32)), torch::sigmoid(mask_head[0](m).to(torch::kFloat32))};
  }

  bool doubled;
  std::vector<Up> ups, mask_ups;
  std::vector<Residual> residuals;
  std::vector<Conv> heads, mask_head;
};

Saehd::Saehd(const SaehdShape& shape, Parameters& p) : shape_(shape), parameters_(&p) {
  encoder_ = std::make_unique<Encoder>(shape, p);
  if (shape.archi.liae) {
    inter_ = std::make_unique<Inter>(shape, p, "inter_AB", 2 * shape.ae_dims);
    inter_b_ = std::make_unique<Inter>(shape, p, "inter_B", 2 * shape.ae_dims);
    decoder_src_ = std::make_unique<Decoder>(shape, p, "decoder", 4 * shape.ae_dims);
  } else {
    inter_ = std::make_unique<Inter>(shape, p, "inter", shape.ae_dims);
    decoder_src_ = std::make_unique<Decoder>(shape, p, "decoder_src", shape.ae_dims);
    decoder_dst_ = std::make_unique<Decoder>(shape, p, "decoder_dst", shape.ae_dims);
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

Saehd::Reconstruction Saehd::forward(const Tensor& src, const Tensor& dst, bool with_swap) const {
  const auto n = src.size(0);
  const Tensor encoded = encode(torch::cat({src, dst}));
  const Tensor shared = (*inter_)(encoded);
  const Tensor shared_src = shared.narrow(0, 0, n), shared_dst = shared.narrow(0, n, n);
  Reconstruction r;
  if (!shape_.archi.liae) {
    r.src = (*decoder_src_)(shared_src);
    r.dst = (*decoder_dst_)(shared_dst);
    if (with_swap) r.swap = (*decoder_src_)(shared_dst);
    return r;
  }
  const Tensor own_dst = (*inter_b_)(encoded.narrow(0, n, n));
  std::vector<Tensor> codes{torch::cat({shared_src, shared_src}, 1), torch::cat({own_dst, shared_dst}, 1)};
  if (with_swap) codes.push_back(torch::cat({shared_dst, shared_dst}, 1));
  const Decoded all = (*decoder_src_)(torch::cat(codes).contiguous(torch::MemoryFormat::ChannelsLast));
  auto part = [&](int i) { return Decoded{all.bgr.narrow(0, i * n, n), all.mask.narrow(0, i * n, n)}; };
  r.src = part(0);
  r.dst = part(1);
  if (with_swap) r.swap = part(2);
  return r;
}

Saehd::Swap Saehd::predict(const Tensor& dst) const {
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
