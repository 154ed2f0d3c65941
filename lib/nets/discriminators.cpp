// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/discriminators.hpp"

#include "lib/nets/archi.hpp"

namespace understudy {

namespace {

Tensor in_precision(const Tensor& x, const Parameters& p) {
  const auto type = p.precision() == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;
  return x.to(p.device(), type).contiguous(torch::MemoryFormat::ChannelsLast);
}

}  // namespace

struct PatchDiscriminator::Parts {
  std::vector<Conv> in, convs, centre_out, centre_conv, out;
  std::vector<ConvTransposed> ups;
};

PatchDiscriminator::PatchDiscriminator(const std::string& scope, int patch, int dims, Parameters& p)
    : p_(std::make_unique<Parts>()), parameters_(&p) {
  const auto strides = patch_strides(patch);
  const int n = static_cast<int>(strides.size());
  auto width = [dims](int k) { return std::min(dims << k, 512); };
  p_->in.emplace_back(p, scope + "/in_conv", 3, width(0), 1);
  for (int i = 0; i < n; ++i)
    p_->convs.emplace_back(p, fmt::format("{}/convs_{}", scope, i), width(i), width(i + 1), 3, strides[i]);
  for (int i = n - 1; i >= 0; --i) {
    p_->ups.emplace_back(p, fmt::format("{}/upconvs_{}", scope, n - 1 - i), i == n - 1 ? width(n) : 2 * width(i + 1),
                         width(i), strides[i]);
  }
  p_->out.emplace_back(p, scope + "/out_conv", 2 * width(0), 1, 1);
  p_->centre_out.emplace_back(p, scope + "/center_out", width(n), 1, 1);
  p_->centre_conv.emplace_back(p, scope + "/center_conv", width(n), width(n), 1);
}

PatchDiscriminator::~PatchDiscriminator() = default;

PatchDiscriminator::Logits PatchDiscriminator::operator()(const Tensor& bgr) const {
  auto act = [](Tensor x) { return torch::leaky_relu_(x, 0.2); };
  Tensor x = act(p_->in[0](in_precision(bgr, *parameters_)));
  std::vector<Tensor> skips;
  for (const auto& conv : p_->convs) {
    skips.push_back(x);
    x = act(conv(x));
  }
  const Tensor centre = p_->centre_out[0](x);
  x = act(p_->centre_conv[0](x));
  for (std::size_t i = 0; i < p_->ups.size(); ++i)
    x = torch::cat({skips[skips.size() - 1 - i], torch::leaky_relu(p_->ups[i](x), 0.2)}, 1);
  return {centre.to(torch::kFloat32), p_->out[0](x).to(torch::kFloat32)};
}

CodeDiscriminator::CodeDiscriminator(int channels, int code_side, Parameters& p, int width) {
  const int n = 1 + code_side / 8;
  int in = channels;
  for (int i = 0; i < n; ++i) {
    const int out = width * std::min(1 << i, 8);
    convs_.emplace_back(p, fmt::format("dis/convs_{}", i), in, out, i == 0 ? 4 : 3, 2);
    in = out;
  }
  out_.emplace_back(p, "dis/out_conv", in, 1, 1);
}

Tensor CodeDiscriminator::operator()(const Tensor& code) const {
  Tensor x = code;
  for (const auto& conv : convs_) x = torch::leaky_relu(conv(x), 0.1);
  return out_[0](x).to(torch::kFloat32);
}

}  // namespace understudy
