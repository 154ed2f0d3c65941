// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/frn_tlu.hpp"

#include <algorithm>

#include "lib/nets/frn_tlu_kernels.hpp"
#include "lib/tensor/parallel.hpp"

namespace understudy {
namespace {

constexpr std::int64_t band_pixels = 2048;  // fixed, so that sums do not depend on the number of threads

// The picture in bands of pixels; work(n, first pixel, pixels, item).
struct Bands {
  std::int64_t n, pixels, per_picture;
  explicit Bands(const Tensor& x)
      : n(x.size(0)), pixels(x.size(2) * x.size(3)), per_picture((pixels + band_pixels - 1) / band_pixels) {}
  std::int64_t count() const { return n * per_picture; }
  template <class F>
  void each(F&& work) const {
    parallel_items(static_cast<int>(count()), [&](int item, int) {
      const std::int64_t picture = item / per_picture, first = item % per_picture * band_pixels;
      work(picture, picture * pixels + first, std::min(band_pixels, pixels - first), item);
    });
  }
};

// Calls f with pointers of x's own kind.
template <class F>
void with_numbers(const Tensor& x, F&& f) {
  if (x.scalar_type() == torch::kBFloat16)
    f([](const Tensor& t) { return reinterpret_cast<std::uint16_t*>(t.data_ptr<c10::BFloat16>()); });
  else
    f([](const Tensor& t) { return t.data_ptr<float>(); });
}

// Sums of bands (items, kinds * C) per picture (N, kinds * C).
Tensor per_picture(const Tensor& sums, const Bands& bands) {
  return sums.view({bands.n, bands.per_picture, sums.size(1)}).sum(1);
}

// (N,C): what x is multiplied by in front of weight.
Tensor inverse_root(const Tensor& mean_squares, const Tensor& eps) { return (mean_squares + eps.abs()).rsqrt(); }

class FrnTlu : public torch::autograd::Function<FrnTlu> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& given, const Tensor& weight,
                        const Tensor& bias, const Tensor& eps, const Tensor& tau) {
    const Tensor x = given.contiguous(torch::MemoryFormat::ChannelsLast);
    const Tensor root = inverse_root(mean_squares(x), eps);
    context->save_for_backward({x, weight, bias, eps, tau, root});
    return frn_tlu_now({x, (root * weight).contiguous(), bias, tau});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1], &bias = saved[2], &eps = saved[3], &tau = saved[4],
                 &root = saved[5];
    const Tensor dy = gradients[0].to(x.scalar_type()).contiguous(torch::MemoryFormat::ChannelsLast);
    const Bands bands(x);
    const auto channels = static_cast<int>(x.size(1));
    const Tensor scale = (root * weight).contiguous();
    const float *scales = scale.data_ptr<float>(), *b = bias.data_ptr<float>(), *t = tau.data_ptr<float>();
    Tensor sums = torch::zeros({bands.count(), 3 * channels});
    float* all = sums.data_ptr<float>();
    with_numbers(x, [&](auto numbers) {
      const auto *in = numbers(x), *d = numbers(dy);
      bands.each([&](std::int64_t n, std::int64_t first, std::int64_t pixels, int item) {
        frn::add_gradients({scales + n * channels, b, t}, in + first * channels, d + first * channels, pixels, channels,
                           all + std::int64_t{item} * 3 * channels);
      });
    });
    const Tensor of = per_picture(sums, bands).view({bands.n, 3, channels});
    const Tensor of_x = of.select(1, 0), root3 = root.pow(3);
    // The root depends on every pixel: dL/dmean = -weight root³ sum(g x) / 2, and dmean/dx = 2 x / pixels.
    const Tensor of_mean = -0.5 * weight * root3 * of_x;
    const Tensor through = (of_mean * (-2.0 / static_cast<double>(bands.pixels))).contiguous();
    const float* k = through.data_ptr<float>();
    Tensor dx = torch::empty_like(x);
    with_numbers(x, [&](auto numbers) {
      const auto *in = numbers(x), *d = numbers(dy);
      auto* out = numbers(dx);
      bands.each([&](std::int64_t n, std::int64_t first, std::int64_t pixels, int) {
        frn::data_gradient({scales + n * channels, b, t}, k + n * channels, in + first * channels, d + first * channels,
                           pixels, channels, out + first * channels);
      });
    });
    return {dx, (root * of_x).sum(0), of.select(1, 1).sum(0), (of_mean.sum() * eps.sign()).view(eps.sizes()),
            of.select(1, 2).sum(0)};
  }
};

}  // namespace

Tensor frn_tlu_plain(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& eps, const Tensor& tau) {
  auto each = [](const Tensor& t) { return t.view({1, -1, 1, 1}); };
  const Tensor wide = x.to(torch::kFloat32);
  const Tensor root = (wide.square().mean({2, 3}, true) + eps.abs()).rsqrt();
  return torch::maximum(wide * root * each(weight) + each(bias), each(tau)).to(x.scalar_type());
}

Tensor mean_squares(const Tensor& given) {
  const Tensor x = given.contiguous(torch::MemoryFormat::ChannelsLast);
  const Bands bands(x);
  const auto channels = static_cast<int>(x.size(1));
  Tensor sums = torch::zeros({bands.count(), channels});
  float* all = sums.data_ptr<float>();
  with_numbers(x, [&](auto numbers) {
    const auto* in = numbers(x);
    bands.each([&](auto, std::int64_t first, std::int64_t pixels, int item) {
      frn::add_squares(in + first * channels, pixels, channels, all + std::int64_t{item} * channels);
    });
  });
  return per_picture(sums, bands) / static_cast<double>(bands.pixels);
}

Normalised frn_tlu_later(const Tensor& x, const Tensor& mean_squares, const Tensor& weight, const Tensor& bias,
                         const Tensor& eps, const Tensor& tau) {
  return {x, (inverse_root(mean_squares, eps) * weight).contiguous(), bias, tau};
}

Tensor frn_tlu_now(const Normalised& in) {
  const Tensor x = in.x.contiguous(torch::MemoryFormat::ChannelsLast);
  Tensor y = torch::empty_like(x);
  const Bands bands(x);
  const auto channels = static_cast<int>(x.size(1));
  const float *scales = in.scale.const_data_ptr<float>(), *bias = in.bias.const_data_ptr<float>(),
              *tau = in.tau.const_data_ptr<float>();
  with_numbers(x, [&](auto numbers) {
    const auto* from = numbers(x);
    auto* to = numbers(y);
    bands.each([&](std::int64_t n, std::int64_t first, std::int64_t pixels, int) {
      frn::apply({scales + n * channels, bias, tau}, from + first * channels, pixels, channels, to + first * channels);
    });
  });
  return y;
}

Tensor halved(const Normalised& in, int taps) {
  const Tensor x = in.x.contiguous(torch::MemoryFormat::ChannelsLast);
  const auto n = x.size(0), h = x.size(2), w = x.size(3);
  const auto channels = static_cast<int>(x.size(1));
  Tensor y = torch::empty({n, channels, h / 2, w / 2}, x.options().memory_format(torch::MemoryFormat::ChannelsLast));
  const float *from = x.const_data_ptr<float>(), *scales = in.scale.const_data_ptr<float>();
  const float *bias = in.bias.const_data_ptr<float>(), *tau = in.tau.const_data_ptr<float>();
  float* to = y.data_ptr<float>();
  parallel_items(static_cast<int>(n * (h / 2)), [&](int item, int) {
    const std::int64_t picture = item / (h / 2), row = item % (h / 2);
    frn::halve_row({scales + picture * channels, bias, tau}, from + picture * h * w * channels, {h, w, channels}, taps,
                   row, to + item * (w / 2) * channels);
  });
  return y;
}

Tensor frn_tlu(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& eps, const Tensor& tau) {
  return x.is_cpu() ? FrnTlu::apply(x, weight, bias, eps, tau) : frn_tlu_plain(x, weight, bias, eps, tau);
}

}  // namespace understudy
