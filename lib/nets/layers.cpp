// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/layers.hpp"

#include <xxhash.h>

#include <cmath>

namespace understudy {

Parameter& Parameters::add(std::string name, Tensor master) {
  if (master.dim() == 4) master = master.contiguous(torch::MemoryFormat::ChannelsLast);
  master = master.to(device_);
  Parameter parameter{std::move(name), master, master.detach().set_requires_grad(true), false};
  return all_.emplace_back(std::move(parameter));
}

Parameter& Parameters::add_weight(std::string name, std::vector<std::int64_t> shape, std::int64_t fan_in,
                                  std::int64_t fan_out) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(XXH3_64bits_withSeed(name.data(), name.size(), seed_));
  const double limit = std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
  Tensor master = torch::empty(shape);
  master.uniform_(-limit, limit, generator);
  return add(std::move(name), std::move(master));
}

Parameter& Parameters::add_zeros(std::string name, std::vector<std::int64_t> shape) {
  return add(std::move(name), torch::zeros(shape));
}

Parameter& Parameters::add_constant(std::string name, std::vector<std::int64_t> shape, double value) {
  return add(std::move(name), torch::full(shape, value));
}

void Parameters::set_precision(Precision precision) {
  precision_ = precision;
  for (auto& p : all_) {
    const bool same = precision == Precision::fp32 || p.wide;
    p.value = same ? p.master.detach() : p.master.detach().to(torch::kBFloat16);
    p.value.set_requires_grad(true);
  }
}

void Parameters::refresh_values() {
  torch::NoGradGuard no_grad;
  for (auto& p : all_) {
    if (precision_ == Precision::bf16 && !p.wide) p.value.copy_(p.master);
  }
}

void Parameters::set_requires_grad(bool wanted) {
  for (auto& p : all_) p.value.set_requires_grad(wanted);
}

Parameter* Parameters::find(std::string_view name) {
  for (auto& p : all_) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

std::int64_t Parameters::count() const {
  std::int64_t n = 0;
  for (const auto& p : all_) n += p.master.numel();
  return n;
}

Tensor Activation::operator()(Tensor x, double slope) const {
  if (cosine) return x * torch::cos(x);
  return torch::leaky_relu_(x, slope);
}

Conv::Conv(Parameters& parameters, const std::string& name, int in, int out, int kernel, int stride)
    : parameters_(&parameters),
      weight_(&parameters.add_weight(name + "/weight", {out, in, kernel, kernel}, std::int64_t{in} * kernel * kernel,
                                     std::int64_t{out} * kernel * kernel)),
      bias_(&parameters.add_zeros(name + "/bias", {out})),
      stride_(stride),
      padding_(kernel / 2) {}

Tensor conv3x3(const Parameters& parameters, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (parameters.winograd() && winograd_fits(x, weight)) return winograd_conv(x, weight, bias);
  return torch::conv2d(x, weight, bias, {1, 1}, {1, 1});
}

bool Conv::by_winograd(const Tensor& x) const {
  return parameters_->winograd() && stride_ == 1 && winograd_fits(x, weight_->value);
}

bool Conv::halves_by_winograd(const Tensor& x) const {
  return parameters_->winograd() && stride_ == 2 && winograd_halving_fits(x, weight_->value);
}

Tensor Conv::operator()(const Tensor& x) const {
  if (by_winograd(x)) return winograd_conv(x, weight_->value, bias_->value);
  return torch::conv2d(x, weight_->value, bias_->value, {stride_, stride_}, {padding_, padding_});
}

ConvTransposed::ConvTransposed(Parameters& parameters, const std::string& name, int in, int out, int stride)
    : weight_(&parameters.add_weight(name + "/weight", {in, out, 3, 3}, std::int64_t{in} * 9, std::int64_t{out} * 9)),
      bias_(&parameters.add_zeros(name + "/bias", {out})),
      stride_(stride) {}

namespace {

// The same doubling as a convolution of 2x2 taps whose four outputs a place are its four pixels: an even row takes the
// rows m-1 and m with the weights 2 and 0, an odd one row m with weight 1. The bf16 kernels of the library for
// transposed convolutions are many times slower than this (measured: 72 against 2 ms for 32 -> 16 channels at 64
// pixels).
Tensor phases_of(const Tensor& weight) {
  const auto in = weight.size(0), out = weight.size(1);
  constexpr std::int64_t none = 3;  // the row of zeros behind the three of the kernel
  const Tensor taps = torch::tensor({std::int64_t{2}, std::int64_t{0}, none, std::int64_t{1}}).to(weight.device());
  const Tensor padded = torch::constant_pad_nd(weight, {0, 1, 0, 1});
  const Tensor phases = padded.index_select(2, taps).index_select(3, taps).view({in, out, 2, 2, 2, 2});
  return phases.permute({2, 4, 1, 0, 3, 5}).reshape({4 * out, in, 2, 2});
}

Tensor doubled_by_phases(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Tensor kernel = phases_of(weight);
  const Tensor wide = torch::constant_pad_nd(x, {1, 0, 1, 0});
  return depth_to_space(torch::conv2d(wide.contiguous(torch::MemoryFormat::ChannelsLast),
                                      kernel.contiguous(torch::MemoryFormat::ChannelsLast), bias.repeat({4})));
}

}  // namespace

Tensor ConvTransposed::operator()(const Tensor& x) const {
  if (stride_ == 1) return torch::conv_transpose2d(x, weight_->value, bias_->value, {1, 1}, {1, 1});
  if (x.is_cpu() && x.scalar_type() == torch::kBFloat16) return doubled_by_phases(x, weight_->value, bias_->value);
  // The library adds the bias number by number in this case, a tenth of a whole XSeg mask's time. Training keeps to it:
  // the order in which it sums the bias's gradient is part of what a seed gives.
  const bool apart = x.is_cpu() && !torch::GradMode::is_enabled();
  Tensor y = torch::conv_transpose2d(x, weight_->value, apart ? Tensor() : bias_->value, {2, 2}, {0, 0});
  if (apart) y.add_(bias_->value.view({1, -1, 1, 1}));
  return y.narrow(2, 0, 2 * x.size(2)).narrow(3, 0, 2 * x.size(3));
}

ConvWeights ConvTransposed::before_depth_to_space() const {
  return {torch::constant_pad_nd(phases_of(weight_->value), {0, 1, 0, 1}), bias_->value.repeat({4})};
}

Dense::Dense(Parameters& parameters, const std::string& name, std::int64_t in, std::int64_t out)
    : weight_(&parameters.add_weight(name + "/weight", {out, in}, in, out)),
      bias_(&parameters.add_zeros(name + "/bias", {out})) {}

Tensor Dense::operator()(const Tensor& x) const { return torch::linear(x, weight_->value, bias_->value); }

Tensor depth_to_space(const Tensor& x) {
  const auto n = x.size(0), c = x.size(1) / 4, h = x.size(2), w = x.size(3);
  // In channels_last the two dx blocks of one dy lie side by side: the move is a copy of runs of 2C numbers.
  const Tensor nhwc = x.permute({0, 2, 3, 1}).reshape({n, h, w, 2, 2 * c});
  return nhwc.permute({0, 1, 3, 2, 4}).reshape({n, 2 * h, 2 * w, c}).permute({0, 3, 1, 2});
}

Tensor pixel_norm(const Tensor& x) {
  const Tensor f = x.to(torch::kFloat32);
  return (f * torch::rsqrt(f.square().mean(-1, /*keepdim=*/true) + 1e-6)).to(x.scalar_type());
}

Down::Down(Parameters& parameters, const std::string& name, int in, int out, Activation act)
    : conv_(parameters, name + "/conv1", in, out, 5, 2), act_(act) {}

Up::Up(Parameters& parameters, const std::string& name, int in, int out, Activation act)
    : conv_(parameters, name + "/conv1", in, out * 4, 3), act_(act) {}

Tensor Down::operator()(const Tensor& x) const {
  constexpr double slope = 0.1;
  if (!act_.cosine && conv_.halves_by_winograd(x))
    return winograd_halving(x, conv_.weight().value, conv_.bias().value, slope);
  return act_(conv_(x), slope);
}

Tensor Up::operator()(const Tensor& x) const {
  constexpr double slope = 0.1;
  if (!act_.cosine && conv_.by_winograd(x))
    return winograd_conv(x, conv_.weight().value, conv_.bias().value, slope, /*doubled=*/true);
  return depth_to_space(act_(conv_(x), slope));
}

Residual::Residual(Parameters& parameters, const std::string& name, int channels, Activation act)
    : conv1_(parameters, name + "/conv1", channels, channels, 3),
      conv2_(parameters, name + "/conv2", channels, channels, 3),
      act_(act) {}

Tensor Residual::operator()(const Tensor& x) const {
  constexpr double slope = 0.2;
  if (!act_.cosine && conv1_.by_winograd(x)) {
    return winograd_residual(x, {conv1_.weight().value, conv1_.bias().value},
                             {conv2_.weight().value, conv2_.bias().value}, slope);
  }
  const Tensor y = conv2_(act_(conv1_(x), slope));
  return act_(y.add_(x), slope);
}

}  // namespace understudy
