// SPDX-License-Identifier: Apache-2.0
#include "lib/training/losses.hpp"

#include <cmath>
#include <map>
#include <mutex>

namespace understudy {
namespace {

// weights[j - i] at row i, column j: a correlation without padding as a (in - k + 1, in) matrix, transposed for x @ Kᵀ.
Tensor band_matrix(torch::ScalarType type, int in, const std::vector<double>& weights, int padding) {
  const int k = static_cast<int>(weights.size());
  const int out = in + 2 * padding - k + 1;
  Tensor transposed = torch::zeros({in, out}, torch::kFloat64);
  auto entry = transposed.accessor<double, 2>();
  for (int i = 0; i < out; ++i) {
    for (int t = 0; t < k; ++t) {
      const int j = i + t - padding;
      if (j >= 0 && j < in) entry[j][i] = weights[t];
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
  Tensor get(const Tensor& like, std::int64_t side, int size, double sigma, int padding) {
    const int in = static_cast<int>(side);
    std::lock_guard lock(mutex_);
    Tensor& matrix = made_[{like.scalar_type(), in, size, sigma, padding, like.device().str()}];
    // An odd kernel is centred on its middle tap, an even one between two: (size-1)/2 is both.
    if (!matrix.defined())
      matrix = band_matrix(like.scalar_type(), in, gaussian_weights(size, sigma, (size - 1) / 2.0), padding)
                   .to(like.device());
    return matrix;
  }

 private:
  std::mutex mutex_;
  std::map<std::tuple<torch::ScalarType, int, int, double, int, std::string>, Tensor> made_;
};

MatrixCache& matrices() {
  static MatrixCache cache;
  return cache;
}

// Correlates H and W with the kernel; the result is transposed, (…,W',H'), which suits whoever only takes means.
Tensor correlate_transposed(const Tensor& x, int size, double sigma, int padding) {
  const Tensor over_w = torch::matmul(x, matrices().get(x, x.size(-1), size, sigma, padding));
  return torch::matmul(over_w.transpose(-1, -2), matrices().get(x, x.size(-2), size, sigma, padding));
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

Tensor dssim(const Tensor& a, const Tensor& b, int window) {
  constexpr double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
  // Variances do not change when 0.5 is taken off both images, but keep more digits: the products are a quarter as
  // large.
  const Tensor x = a - 0.5, y = b - 0.5;
  const Tensor maps = correlate_transposed(torch::stack({x, y, x * y, x.square() + y.square()}), window, 1.5, 0);
  const Tensor mean_x = maps[0], mean_y = maps[1];
  const Tensor covariance = maps[2] - mean_x * mean_y, variances = maps[3] - mean_x.square() - mean_y.square();
  const Tensor mean_a = mean_x + 0.5, mean_b = mean_y + 0.5;
  const Tensor luminance = (mean_a * mean_b * 2 + c1) / (mean_a.square() + mean_b.square() + c1);
  const Tensor contrast = (covariance * 2 + c2) / (variances + c2);
  return (1 - (luminance * contrast).mean({-1, -2})) / 2;
}

std::vector<StructureWindow> structure_windows(int resolution) {
  const int large = static_cast<int>(resolution / 11.6), small = static_cast<int>(resolution / 23.2);
  if (resolution < 256) return {{large, 10.0}};
  return {{large, 5.0}, {small, 5.0}};
}

Tensor structure_loss(const Tensor& a, const Tensor& b, int resolution) {
  Tensor sum;
  for (const auto& window : structure_windows(resolution)) {
    const Tensor term = dssim(a, b, window.size).mean(1) * window.weight;
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

Tensor mean_square(const Tensor& a, const Tensor& b) { return (a - b).square().mean({1, 2, 3}); }

}  // namespace understudy
