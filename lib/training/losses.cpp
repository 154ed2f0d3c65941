// SPDX-License-Identifier: Apache-2.0
#include "lib/training/losses.hpp"

#include <cmath>
#include <map>
#include <mutex>

namespace understudy {
namespace {

// weights[j - i] at row i, column j: a correlation without padding as a (in - k + 1, in) matrix, transposed for x @ Kᵀ.
// `renormalised`: rows that reach over the border are divided by the weight that they keep inside.
Tensor band_matrix(torch::ScalarType type, int in, const std::vector<double>& weights, int padding, bool renormalised) {
  const int k = static_cast<int>(weights.size());
  const int out = in + 2 * padding - k + 1;
  Tensor transposed = torch::zeros({in, out}, torch::kFloat64);
  auto entry = transposed.accessor<double, 2>();
  for (int i = 0; i < out; ++i) {
    double inside = 0;
    for (int t = 0; t < k; ++t) {
      if (const int j = i + t - padding; j >= 0 && j < in) inside += weights[t];
    }
    for (int t = 0; t < k; ++t) {
      const int j = i + t - padding;
      if (j >= 0 && j < in) entry[j][i] = renormalised ? weights[t] / inside : weights[t];
    }
  }
  return transposed.to(type);
}

std::vector<double> gaussian_weights(int size, double sigma, double centre) {
  std::vector<double> weights(size);
  double sum = 0;
  for (int i = 0; i < size; ++i) sum += weights[i] = std::exp(-(i - centre) * (i - centre) / (2 * sigma * sigma));
  for (double& w : weights) w /= sum;
  return weights;
}

// Matrices are made once per (size, kernel, device).
class MatrixCache {
 public:
  Tensor get(const Tensor& like, std::int64_t side, int size, double sigma, int padding, bool renormalised) {
    const int in = static_cast<int>(side);
    std::lock_guard lock(mutex_);
    Tensor& matrix = made_[{like.scalar_type(), in, size, sigma, padding, renormalised, like.device().str()}];
    if (!matrix.defined()) {
      // Kept beyond this call: a preview, which asks in inference mode, must leave no inference tensor to the training
      // step after it, since autograd cannot save one.
      const c10::InferenceMode plain_tensors(false);
      const torch::NoGradGuard no_grad;
      // An odd kernel is centred on its middle tap, an even one between two: (size-1)/2 is both.
      matrix =
          band_matrix(like.scalar_type(), in, gaussian_weights(size, sigma, (size - 1) / 2.0), padding, renormalised)
              .to(like.device());
    }
    return matrix;
  }

 private:
  std::mutex mutex_;
  std::map<std::tuple<torch::ScalarType, int, int, double, int, bool, std::string>, Tensor> made_;
};

MatrixCache& matrices() {
  static MatrixCache cache;
  return cache;
}

// Correlates H and W with the kernel; the result is transposed, (…,W',H'), which suits whoever only takes means.
Tensor correlate_transposed(const Tensor& x, int size, double sigma, int padding, bool renormalised = false) {
  const Tensor over_w = torch::matmul(x, matrices().get(x, x.size(-1), size, sigma, padding, renormalised));
  return torch::matmul(over_w.transpose(-1, -2), matrices().get(x, x.size(-2), size, sigma, padding, renormalised));
}

}  // namespace

Tensor gaussian_blur(const Tensor& x, double sigma) {
  int size = std::max(3, static_cast<int>(4 * sigma));
  if (size % 2 == 0) ++size;
  // In double: the weights of a wide kernel would lose a digit, and masks are small.
  return correlate_transposed(x.to(torch::kFloat64).contiguous(), size, sigma, size / 2)
      .transpose(-1, -2)
      .to(x.scalar_type());
}

Tensor dssim(const Tensor& a, const Tensor& b, int window, double sigma, bool padded) {
  constexpr double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
  // Variances do not change when 0.5 is taken off both images, but keep more digits: the products are a quarter as
  // large.
  const Tensor x = a - 0.5, y = b - 0.5;
  const Tensor maps = correlate_transposed(torch::stack({x, y, x * y, x.square() + y.square()}), window, sigma,
                                           padded ? window / 2 : 0, padded);
  const Tensor mean_x = maps[0], mean_y = maps[1];
  const Tensor covariance = maps[2] - mean_x * mean_y, variances = maps[3] - mean_x.square() - mean_y.square();
  const Tensor mean_a = mean_x + 0.5, mean_b = mean_y + 0.5;
  const Tensor luminance = (mean_a * mean_b * 2 + c1) / (mean_a.square() + mean_b.square() + c1);
  const Tensor contrast = (covariance * 2 + c2) / (variances + c2);
  return (1 - (luminance * contrast).mean({-1, -2})) / 2;
}

std::vector<StructureWindow> structure_windows(int resolution, StructureLoss kind, bool always_two) {
  const int large = static_cast<int>(resolution / 11.6), small = static_cast<int>(resolution / 23.2);
  constexpr double original_sigma = 1.5;
  if (kind == StructureLoss::two_scale) {
    // As 11 pixels are to a sigma of 1.5. Odd, so that the padded windows are centred.
    auto wide = [](int size) { return StructureWindow{size | 1, 5.0, (size | 1) * 1.5 / 11, true}; };
    return {wide(std::max(11, 2 * large)), wide(std::max(7, large))};
  }
  const bool padded = kind == StructureLoss::padded;
  auto window = [&](int size, double weight) {
    return StructureWindow{padded ? size | 1 : size, weight, original_sigma, padded};
  };
  if (resolution < 256 && !always_two) return {window(large, 10.0)};
  return {window(large, 5.0), window(small, 5.0)};
}

Tensor structure_loss(const Tensor& a, const Tensor& b, int resolution, StructureLoss kind, bool always_two) {
  Tensor sum;
  for (const auto& w : structure_windows(resolution, kind, always_two)) {
    const Tensor term = dssim(a, b, w.size, w.sigma, w.padded).mean(1) * w.weight;
    sum = sum.defined() ? sum + term : term;
  }
  return sum;
}

Tensor soft_mask(const Tensor& mask, int resolution) {
  return gaussian_blur(mask, std::max(1, resolution / 32)).clamp(0, 0.5) * 2;
}

Tensor blur_out_mask(const Tensor& target, const Tensor& mask, int resolution) {
  const double sigma = resolution / 128.0;
  const Tensor outside = 1 - mask;
  const Tensor background = gaussian_blur(target * outside, sigma);
  Tensor weight = 1 - gaussian_blur(mask, sigma);
  weight = torch::where(weight == 0, torch::ones_like(weight), weight);
  return target * mask + background / weight * outside;
}

Tensor style_loss(const Tensor& a, const Tensor& b) {
  auto deviation = [](const Tensor& x) { return (x.var({2, 3}, /*unbiased=*/false) + 1e-5).sqrt(); };
  const Tensor means = (a.mean({2, 3}) - b.mean({2, 3})).square().sum(1);
  const Tensor deviations = (deviation(a) - deviation(b)).square().sum(1);
  return (means + deviations) / a.size(1);
}

Tensor binary_cross_entropy(const Tensor& logits, bool wanted) {
  return torch::softplus(wanted ? -logits : logits).mean({1, 2, 3});
}

Tensor total_variation(const Tensor& x) {
  const Tensor down = x.narrow(2, 1, x.size(2) - 1) - x.narrow(2, 0, x.size(2) - 1);
  const Tensor right = x.narrow(3, 1, x.size(3) - 1) - x.narrow(3, 0, x.size(3) - 1);
  return down.square().sum({1, 2, 3}) + right.square().sum({1, 2, 3});
}

Tensor edge_loss(const Tensor& a, const Tensor& b) {
  Tensor difference = a - b, sum;
  for (int scale = 0; scale < 3; ++scale) {
    if (scale > 0) difference = torch::avg_pool2d(difference, 2);
    const auto h = difference.size(2), w = difference.size(3);
    const Tensor down = (difference.narrow(2, 1, h - 1) - difference.narrow(2, 0, h - 1)).abs().mean({1, 2, 3});
    const Tensor right = (difference.narrow(3, 1, w - 1) - difference.narrow(3, 0, w - 1)).abs().mean({1, 2, 3});
    sum = sum.defined() ? sum + down + right : down + right;
  }
  return sum / 3;
}

Tensor mean_square(const Tensor& a, const Tensor& b) { return (a - b).square().mean({1, 2, 3}); }

}  // namespace understudy
