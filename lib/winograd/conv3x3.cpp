// SPDX-License-Identifier: Apache-2.0
#include "lib/winograd/conv3x3.hpp"

#include "lib/winograd/convolution.hpp"
#include "lib/winograd/gate.hpp"

namespace understudy {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using winograd::Shape;

Tensor packed(const Tensor& t) { return t.contiguous(torch::MemoryFormat::ChannelsLast); }

Tensor made(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
  return torch::empty({n, c, h, w}, torch::TensorOptions().memory_format(torch::MemoryFormat::ChannelsLast));
}
Tensor made_like(const Tensor& t) { return made(t.size(0), t.size(1), t.size(2), t.size(3)); }

Shape shape_of(const Tensor& x, const Tensor& weight) {
  auto number = [](std::int64_t i) { return static_cast<int>(i); };
  return {number(x.size(0)), number(x.size(2)), number(x.size(3)), number(x.size(1)), number(weight.size(0))};
}

const float* numbers(const Tensor& t) { return t.defined() ? t.const_data_ptr<float>() : nullptr; }

Tensor forward_pass(const Tensor& x, const ConvWeights& w, const Tensor& added, double slope, bool doubled) {
  const Shape s = shape_of(x, w.weight);
  Tensor y = doubled ? made(s.n, s.out / 4, 2 * s.h, 2 * s.w) : made(s.n, s.out, s.h, s.w);
  winograd::convolve(s, numbers(x), numbers(w.weight),
                     {numbers(w.bias), numbers(added), static_cast<float>(slope), doubled}, y.data_ptr<float>());
  return y;
}

// Gradients of what a convolution gave, and of its bias. y: its output behind the activation; undefined without one.
struct Gated {
  Tensor gradient, bias;
};
Gated gated(const Shape& s, const Tensor& dy, const Tensor& y, double slope, bool doubled) {
  Gated g{y.defined() ? made(s.n, s.out, s.h, s.w) : dy, torch::empty({s.out})};
  winograd::gate(s, numbers(dy), numbers(y), static_cast<float>(slope), doubled,
                 y.defined() ? g.gradient.data_ptr<float>() : nullptr, g.bias.data_ptr<float>());
  return g;
}

Tensor input_gradient(const Tensor& x, const Tensor& weight, const Tensor& g, const Tensor& added) {
  Tensor dx = made_like(x);
  winograd::data_gradient(shape_of(x, weight), numbers(g), numbers(weight), numbers(added), dx.data_ptr<float>());
  return dx;
}

Tensor kernel_gradient(const Tensor& x, const Tensor& weight, const Tensor& g) {
  Tensor dw = made_like(weight);
  winograd::weight_gradient(shape_of(x, weight), numbers(x), numbers(g), dw.data_ptr<float>());
  return dw;
}

class WinogradConv : public torch::autograd::Function<WinogradConv> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        double slope, bool doubled) {
    const Tensor y = forward_pass(x, {weight, bias}, {}, slope, doubled);
    // Where there is no activation its output is not needed; a doubled one is gated to be put in place.
    context->save_for_backward({x, weight, slope == 1 && !doubled ? Tensor() : y});
    context->saved_data["slope"] = slope;
    context->saved_data["doubled"] = doubled;
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const Gated g = gated(shape_of(x, weight), packed(gradients[0]), saved[2], context->saved_data["slope"].toDouble(),
                          context->saved_data["doubled"].toBool());
    variable_list result(5);
    if (context->needs_input_grad(0)) result[0] = input_gradient(x, weight, g.gradient, {});
    if (context->needs_input_grad(1)) result[1] = kernel_gradient(x, weight, g.gradient);
    if (context->needs_input_grad(2)) result[2] = g.bias;
    return result;
  }
};

class WinogradResidual : public torch::autograd::Function<WinogradResidual> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight1, const Tensor& bias1,
                        const Tensor& weight2, const Tensor& bias2, double slope) {
    const Tensor between = forward_pass(x, {weight1, bias1}, {}, slope, false);
    const Tensor y = forward_pass(between, {weight2, bias2}, x, slope, false);
    context->save_for_backward({x, weight1, weight2, between, y});
    context->saved_data["slope"] = slope;
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight1 = saved[1], &weight2 = saved[2], &between = saved[3], &y = saved[4];
    const double slope = context->saved_data["slope"].toDouble();
    const Shape s = shape_of(x, weight1);
    const Gated second = gated(s, packed(gradients[0]), y, slope, false);
    variable_list result(6);
    if (context->needs_input_grad(3)) result[3] = kernel_gradient(between, weight2, second.gradient);
    if (context->needs_input_grad(4)) result[4] = second.bias;
    const Gated first = gated(s, input_gradient(between, weight2, second.gradient, {}), between, slope, false);
    if (context->needs_input_grad(0)) result[0] = input_gradient(x, weight1, first.gradient, second.gradient);
    if (context->needs_input_grad(1)) result[1] = kernel_gradient(x, weight1, first.gradient);
    if (context->needs_input_grad(2)) result[2] = first.bias;
    return result;
  }
};

bool with_gradient(std::initializer_list<Tensor> inputs) {
  return torch::GradMode::is_enabled() &&
         std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.requires_grad(); });
}

}  // namespace

namespace {

bool are_taken(const Tensor& x, const Tensor& weight, std::int64_t side) {
  return x.is_cpu() && x.scalar_type() == torch::kFloat32 && weight.scalar_type() == torch::kFloat32 &&
         weight.size(2) == side && weight.size(3) == side;
}

}  // namespace

bool winograd_fits(const Tensor& x, const Tensor& weight) {
  return are_taken(x, weight, 3) && weight.size(0) >= 8 && weight.size(1) >= 8;
}

bool winograd_halving_fits(const Tensor& x, const Tensor& weight) {
  return are_taken(x, weight, 5) && weight.size(0) >= 8 && x.size(2) % 2 == 0 && x.size(3) % 2 == 0;
}

// Of the picture's even and odd rows and columns, as four times the channels, it is a convolution 3x3 with stride 1:
// outputs i see the even rows i-1, i, i+1 by the taps 0, 2, 4 and the odd rows i-1, i by the taps 1, 3 (and i+1 by a
// sixth tap of 0). A third of the products is with zeros, three quarters of all are saved.
Tensor winograd_halving(const Tensor& x, const Tensor& weight, const Tensor& bias, double slope) {
  const auto n = x.size(0), c = x.size(1), h = x.size(2) / 2, w = x.size(3) / 2, out = weight.size(0);
  const Tensor phases =
      packed(x).permute({0, 2, 3, 1}).view({n, h, 2, w, 2, c}).permute({0, 1, 3, 2, 4, 5}).reshape({n, h, w, 4 * c});
  const Tensor six = torch::constant_pad_nd(weight.permute({0, 2, 3, 1}), {0, 0, 0, 1, 0, 1});
  const Tensor kernels = six.view({out, 3, 2, 3, 2, c}).permute({0, 1, 3, 2, 4, 5}).reshape({out, 3, 3, 4 * c});
  return winograd_conv(phases.permute({0, 3, 1, 2}), kernels.permute({0, 3, 1, 2}), bias, slope);
}

Tensor winograd_conv(const Tensor& x, const Tensor& weight, const Tensor& bias, double slope, bool doubled) {
  if (with_gradient({x, weight, bias})) return WinogradConv::apply(packed(x), packed(weight), bias, slope, doubled);
  return forward_pass(packed(x), {packed(weight), bias}, {}, slope, doubled);
}

bool winograd_normalised_fits(std::span<const Normalised> inputs, const Tensor& weight, bool doubled) {
  constexpr int panel = 16;
  const auto fits = [](std::int64_t channels) { return channels % panel == 0; };
  return !torch::GradMode::is_enabled() && fits(doubled ? weight.size(0) / 4 : weight.size(0)) &&
         std::ranges::all_of(inputs,
                             [&](const Normalised& in) { return fits(in.x.size(1)) && are_taken(in.x, weight, 3); });
}

WithSquares winograd_conv_normalised(std::span<const Normalised> inputs, const ConvWeights& w, bool doubled) {
  const Tensor weight = packed(w.weight);
  std::vector<Tensor> kept;  // what the sources point to
  const auto held = [&](const Tensor& t) {
    return numbers(kept.emplace_back(t.dim() == 4 ? packed(t) : t.contiguous()));
  };
  std::vector<winograd::Source> sources;
  for (const auto& in : inputs) {
    winograd::Source source{held(in.x), static_cast<int>(in.x.size(1))};
    if (in.scale.defined()) source.scale = held(in.scale), source.bias = held(in.bias), source.tau = held(in.tau);
    sources.push_back(source);
  }
  Shape s = shape_of(inputs[0].x, weight);
  s.in = static_cast<int>(weight.size(1));
  WithSquares out{doubled ? made(s.n, s.out / 4, 2 * s.h, 2 * s.w) : made(s.n, s.out, s.h, s.w), {}};
  out.mean_squares = torch::empty({s.n, out.y.size(1)});
  winograd::convolve(s, sources, numbers(weight),
                     {numbers(w.bias), nullptr, 1, doubled, out.mean_squares.data_ptr<float>()},
                     out.y.data_ptr<float>());
  out.mean_squares.div_(out.y.size(2) * out.y.size(3));
  return out;
}

Tensor winograd_residual(const Tensor& x, const ConvWeights& first, const ConvWeights& second, double slope) {
  const Tensor in = packed(x), weight1 = packed(first.weight), weight2 = packed(second.weight);
  if (with_gradient({x, weight1, first.bias, weight2, second.bias}))
    return WinogradResidual::apply(in, weight1, first.bias, weight2, second.bias, slope);
  return forward_pass(forward_pass(in, {weight1, first.bias}, {}, slope, false), {weight2, second.bias}, in, slope,
                      false);
}

}  // namespace understudy
