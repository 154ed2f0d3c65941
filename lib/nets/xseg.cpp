// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/xseg.hpp"

#include <array>

#include "lib/nets/frn_tlu.hpp"

namespace understudy {
namespace {

// The normalisation is worked out in float32 whatever the convolutions use.
class Frn {
 public:
  Frn(Parameters& p, const std::string& name, int channels)
      : weight_(&p.add_constant(name + "/frn/weight", {channels}, 1)),
        bias_(&p.add_zeros(name + "/frn/bias", {channels})),
        eps_(&p.add_constant(name + "/frn/eps", {1}, 1e-6)),
        tau_(&p.add_zeros(name + "/tlu/tau", {channels})) {
    for (auto* parameter : {weight_, bias_, eps_, tau_}) parameter->wide = true;
  }
  Tensor operator()(const Tensor& x) const {
    return frn_tlu(x, weight_->value, bias_->value, eps_->value, tau_->value);
  }
  Normalised later(const WithSquares& x) const {
    return frn_tlu_later(x.y, x.mean_squares, weight_->value, bias_->value, eps_->value, tau_->value);
  }

 private:
  Parameter *weight_, *bias_, *eps_, *tau_;
};

class ConvBlock {
 public:
  ConvBlock(Parameters& p, const std::string& name, int in, int out)
      : conv_(p, name + "/conv", in, out, 3), frn_(p, name, out) {}
  Tensor operator()(const Tensor& x) const { return frn_(conv_(x)); }
  Normalised later(std::span<const Normalised> inputs) const {
    const ConvWeights weights{conv_.weight().value, conv_.bias().value};
    if (winograd_normalised_fits(inputs, weights.weight)) return frn_.later(winograd_conv_normalised(inputs, weights));
    const Tensor y = conv_(inputs[0].x);  // of the picture itself, whose channels are few
    return frn_.later({y, mean_squares(y)});
  }

 private:
  Conv conv_;
  Frn frn_;
};

class UpBlock {
 public:
  UpBlock(Parameters& p, const std::string& name, int in, int out)
      : conv_(p, name + "/conv", in, out, 2), frn_(p, name, out) {}
  Tensor operator()(const Tensor& x) const { return frn_(conv_(x)); }
  Normalised later(const Normalised& x) const {
    const ConvWeights weights = kept_.weight.defined() ? kept_ : conv_.before_depth_to_space();
    return frn_.later(winograd_conv_normalised({&x, 1}, weights, /*doubled=*/true));
  }
  void keep() { kept_ = conv_.before_depth_to_space(); }

 private:
  ConvWeights kept_;
  ConvTransposed conv_;
  Frn frn_;
};

// Halves by a binomial filter of 2, 3 or 4 taps.
Tensor blur_pool(const Tensor& x, int taps) {
  if (taps == 2) return torch::avg_pool2d(x, 2);
  const Tensor kernel = xseg_blur_kernel(taps);
  const auto channels = x.size(1);
  const Tensor weight = kernel.to(x.options()).expand({channels, 1, taps, taps}).contiguous();
  const std::int64_t before = (taps - 1) / 2, after = taps / 2;
  const Tensor padded = torch::constant_pad_nd(x, {before, after, before, after});
  const std::vector<std::int64_t> two{2, 2}, none{0, 0}, one{1, 1};
  return torch::conv2d(padded.contiguous(torch::MemoryFormat::ChannelsLast), weight, {}, two, none, one, channels);
}

constexpr std::size_t most_levels = xseg_levels.size();

}  // namespace

Tensor xseg_blur_kernel(int taps) {
  const Tensor line = taps == 2   ? torch::tensor({1.0f, 1.0f})
                      : taps == 3 ? torch::tensor({1.0f, 2.0f, 1.0f})
                                  : torch::tensor({1.0f, 3.0f, 3.0f, 1.0f});
  return torch::outer(line, line) / line.sum().square();
}

struct XsegNet::Parts {
  std::array<std::vector<ConvBlock>, most_levels> down, up;  // `up` in the order in which it is walked
  std::vector<UpBlock> ups;                                  // from the lowest level
  std::vector<Dense> dense;
  std::vector<Conv> out;
  int lowest = 0;  // channels at 4 x 4
};

XsegNet::XsegNet(Parameters& p, const XsegShape& shape)
    : shape_(shape), p_(std::make_unique<Parts>()), parameters_(&p) {
  const auto [base, resolution, levels] = shape;
  check(levels <= most_levels && resolution >> levels == 4, "a network that comes to 4 x 4 pixels");
  auto name = [](const char* kind, std::size_t level, int i) { return fmt::format("xseg/{}{}{}", kind, level, i); };
  int in = 3;
  for (std::size_t level = 0; level < levels; ++level) {
    for (int i = 1; i <= xseg_levels[level].convs; ++i, in = base * xseg_levels[level].width)
      p_->down[level].emplace_back(p, name("conv", level, i), in, base * xseg_levels[level].width);
  }
  p_->lowest = in;
  p_->dense.emplace_back(p, "xseg/dense1", 16 * in, 512);
  p_->dense.emplace_back(p, "xseg/dense2", 512, 16 * in);
  for (std::size_t level = levels; level-- > 0;) {
    const int out = base * xseg_levels[level].width;
    p_->ups.emplace_back(p, fmt::format("xseg/up{}", level), in, base * xseg_levels[level].up_width);
    in = base * xseg_levels[level].up_width + out;
    for (int i = xseg_levels[level].convs; i >= 1; --i, in = out)
      p_->up[level].emplace_back(p, name("uconv", level, i), in, out);
  }
  p_->out.emplace_back(p, "xseg/out_conv", base, 1, 3);
}

XsegNet::~XsegNet() = default;

Tensor XsegNet::logits(const Tensor& bgr, bool pretrain) const {
  const auto type = parameters_->precision() == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;
  Tensor x = bgr.to(parameters_->device(), type).contiguous(torch::MemoryFormat::ChannelsLast);
  const std::size_t levels = shape_.levels;
  std::array<Tensor, most_levels> skips;
  for (std::size_t level = 0; level < levels; ++level) {
    for (const auto& conv : p_->down[level]) x = conv(x);
    skips[level] = pretrain ? torch::zeros_like(x) : x;
    x = blur_pool(x, xseg_levels[level].taps);
  }
  // Channel by channel, whatever the memory's order.
  x = p_->dense[1](p_->dense[0](x.reshape({x.size(0), -1})));
  x = x.view({x.size(0), p_->lowest, 4, 4}).contiguous(torch::MemoryFormat::ChannelsLast);
  for (std::size_t level = levels; level-- > 0;) {
    x = torch::cat({p_->ups[levels - 1 - level](x), skips[level]}, 1);
    for (const auto& conv : p_->up[level]) x = conv(x);
  }
  return p_->out[0](x).to(torch::kFloat32);
}

void XsegNet::weights_stay() {
  torch::NoGradGuard no_grad;
  for (auto& up : p_->ups) up.keep();
}

bool XsegNet::normalises_later() const {
  constexpr int panel = 16;
  return parameters_->winograd() && parameters_->precision() == Precision::fp32 && parameters_->device().is_cpu() &&
         shape_.base % panel == 0 && !torch::GradMode::is_enabled();
}

// logits(), but nothing that a normalisation makes of a convolution's output is ever written: whoever reads it works
// it out, and what comes up is laid beside a skip by reading both. A third of a mask's time was spent on that memory.
Tensor XsegNet::logits_in_fewer_passes(const Tensor& bgr) const {
  Normalised x{bgr.to(torch::kFloat32).contiguous(torch::MemoryFormat::ChannelsLast), {}, {}, {}};
  const std::size_t levels = shape_.levels;
  std::array<Normalised, most_levels> skips;
  for (std::size_t level = 0; level < levels; ++level) {
    for (const auto& conv : p_->down[level]) x = conv.later({&x, 1});
    skips[level] = x;
    x = {halved(x, xseg_levels[level].taps), {}, {}, {}};
  }
  const Tensor low = p_->dense[1](p_->dense[0](x.x.reshape({x.x.size(0), -1})));
  x.x = low.view({low.size(0), p_->lowest, 4, 4}).contiguous(torch::MemoryFormat::ChannelsLast);
  for (std::size_t level = levels; level-- > 0;) {
    const std::array<Normalised, 2> both{p_->ups[levels - 1 - level].later(x), skips[level]};
    x = p_->up[level][0].later(both);
    for (std::size_t i = 1; i < p_->up[level].size(); ++i) x = p_->up[level][i].later({&x, 1});
  }
  return p_->out[0](frn_tlu_now(x));
}

Tensor XsegNet::mask(const Tensor& bgr) const {
  torch::InferenceMode inference;
  const Tensor m = torch::sigmoid(normalises_later() ? logits_in_fewer_passes(bgr) : logits(bgr));
  return torch::where(m < 0.1, torch::zeros_like(m), m);
}

}  // namespace understudy
