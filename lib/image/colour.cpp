// SPDX-License-Identifier: Apache-2.0
// The closed-form transfers.
#include "lib/image/colour.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lib/base/result.hpp"
#include "lib/image/colour_moments.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/cv.hpp"
#include "lib/image/lab.hpp"

namespace understudy {
namespace {

struct Moments {
  cv::Mat mean;        // channels x 1, double
  cv::Mat covariance;  // channels x channels
};

Moments moments(const ImageF& image, double divisor_less) {
  const int channels = image.channels;
  const std::size_t pixels = static_cast<std::size_t>(image.width) * image.height;
  Moments out{cv::Mat::zeros(channels, 1, CV_64F), cv::Mat::zeros(channels, channels, CV_64F)};
  for (std::size_t i = 0; i < pixels; ++i) {
    for (int c = 0; c < channels; ++c) out.mean.at<double>(c) += image.data[i * channels + c];
  }
  out.mean /= static_cast<double>(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    const float* pixel = image.data.data() + i * channels;
    for (int a = 0; a < channels; ++a) {
      for (int b = 0; b <= a; ++b) {
        out.covariance.at<double>(a, b) += (pixel[a] - out.mean.at<double>(a)) * (pixel[b] - out.mean.at<double>(b));
      }
    }
  }
  for (int a = 0; a < channels; ++a) {
    for (int b = 0; b < a; ++b) out.covariance.at<double>(b, a) = out.covariance.at<double>(a, b);
  }
  out.covariance /= static_cast<double>(pixels) - divisor_less;
  return out;
}

// Of three channels; pixels outside the mask count as 0, 0, 0.
ColourMoments colour_moments(const ImageF& image, const ImageF* mask) {
  ColourMoments out;
  const std::size_t pixels = static_cast<std::size_t>(image.width) * image.height;
  std::array<double, 9> products{};
  for (std::size_t i = 0; i < pixels; ++i) {
    if (mask && mask->data[i] < 0.5f) continue;
    for (std::size_t a = 0; a < 3; ++a) {
      const double v = image.data[3 * i + a];
      out.mean[a] += v;
      for (std::size_t b = 0; b < 3; ++b) products[3 * a + b] += v * image.data[3 * i + b];
    }
  }
  const auto n = static_cast<double>(pixels);
  for (double& m : out.mean) m /= n;
  for (std::size_t i = 0; i < 9; ++i) out.covariance[i] = products[i] / n - out.mean[i / 3] * out.mean[i % 3];
  return out;
}

Moments general(const ColourMoments& m) {
  return {cv::Mat(cv::Mat(3, 1, CV_64F, const_cast<double*>(m.mean.data())).clone()),
          cv::Mat(cv::Mat(3, 3, CV_64F, const_cast<double*>(m.covariance.data())).clone())};
}

// map * (x - from) + to, clamped to 0..1.
ImageF apply(const ImageF& x, const cv::Mat& map, const cv::Mat& from, const cv::Mat& to) {
  ImageF out = x;
  const int channels = x.channels;
  const std::size_t pixels = static_cast<std::size_t>(x.width) * x.height;
  for (std::size_t i = 0; i < pixels; ++i) {
    const float* pixel = x.data.data() + i * channels;
    for (int a = 0; a < channels; ++a) {
      double value = to.at<double>(a);
      for (int b = 0; b < channels; ++b) value += map.at<double>(a, b) * (pixel[b] - from.at<double>(b));
      out.data[i * channels + a] = static_cast<float>(std::clamp(value, 0.0, 1.0));
    }
  }
  return out;
}

struct Eigen {
  cv::Mat values;   // n x 1
  cv::Mat columns;  // eigenvectors as columns
};
Eigen eigen(const cv::Mat& symmetric) {
  Eigen out;
  cv::Mat rows;
  cv::eigen(symmetric, out.values, rows);
  out.columns = rows.t();
  return out;
}

cv::Mat square_root(const cv::Mat& symmetric) {
  const Eigen parts = eigen(symmetric);
  cv::Mat roots;
  cv::sqrt(cv::max(parts.values, 0.0), roots);
  return parts.columns * cv::Mat::diag(roots) * parts.columns.t();
}

cv::Mat cholesky(const cv::Mat& positive) {
  const int n = positive.rows;
  cv::Mat lower = cv::Mat::zeros(n, n, CV_64F);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      double sum = positive.at<double>(i, j);
      for (int k = 0; k < j; ++k) sum -= lower.at<double>(i, k) * lower.at<double>(j, k);
      lower.at<double>(i, j) = i == j ? std::sqrt(std::max(sum, 0.0)) : sum / lower.at<double>(j, j);
    }
  }
  return lower;
}

// Sorted distinct values with the running share of the pixels up to each.
struct Quantiles {
  std::vector<float> values;
  std::vector<double> shares;
};
Quantiles quantiles(std::vector<float> samples, double full) {
  std::ranges::sort(samples);
  Quantiles out;
  const auto total = static_cast<double>(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (i + 1 < samples.size() && samples[i] == samples[i + 1]) continue;
    out.values.push_back(samples[i]);
    out.shares.push_back(full * static_cast<double>(i + 1) / total);
  }
  return out;
}

std::vector<float> channel(const ImageF& image, int c) {
  std::vector<float> out(static_cast<std::size_t>(image.width) * image.height);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = image.data[i * image.channels + c];
  return out;
}

}  // namespace

// Changes the Lab picture.
static ImageF reinhard_in_lab(ImageF lab, const ColourMoments& from, const ColourMoments& to) {
  std::array<double, 3> gain{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double before = from.covariance[4 * c], after = to.covariance[4 * c];
    if (before > 0) gain[c] = std::sqrt(std::max(after, 0.0) / before);
  }
  for (std::size_t i = 0; i < lab.data.size(); ++i) {
    const std::size_t c = i % 3;
    if (from.covariance[4 * c] <= 0) continue;
    const double value = (lab.data[i] - from.mean[c]) * gain[c] + to.mean[c];
    lab.data[i] = static_cast<float>(c == 0 ? std::clamp(value, 0.0, 100.0) : std::clamp(value, -127.0, 127.0));
  }
  ImageF out(lab.width, lab.height, 3);
  cv::Mat target = view(out);
  cv::cvtColor(view(lab), target, cv::COLOR_Lab2BGR);
  return out;
}

static ImageF linear_with(const ImageF& x, Moments from, Moments to, LinearBasis basis) {
  const cv::Mat ridge = cv::Mat::eye(x.channels, x.channels, CV_64F) * 1e-5;
  from.covariance += ridge;
  to.covariance += ridge;
  cv::Mat map;
  switch (basis) {
    case LinearBasis::pca:
      map = square_root(to.covariance) * square_root(from.covariance).inv();
      break;
    case LinearBasis::cholesky:
      map = cholesky(to.covariance) * cholesky(from.covariance).inv();
      break;
    case LinearBasis::symmetric: {
      const cv::Mat root = square_root(from.covariance);
      map = root.inv() * square_root(root * to.covariance * root) * root.inv();
      break;
    }
  }
  return apply(x, map, from.mean, to.mean);
}

static ImageF monge_kantorovich_with(const ImageF& x, const Moments& from, const Moments& to) {
  const Eigen a = eigen(from.covariance);
  cv::Mat roots;
  cv::sqrt(cv::max(a.values, std::numeric_limits<double>::epsilon()), roots);
  const cv::Mat d = cv::Mat::diag(roots);
  const cv::Mat c = d * a.columns.t() * to.covariance * a.columns * d;
  const cv::Mat map = a.columns * d.inv() * square_root(c) * d.inv() * a.columns.t();
  return apply(x, map.t(), from.mean, to.mean);
}

ColourMoments lab_moments(const ImageF& bgr, const ImageF* mask) { return colour_moments(to_lab(bgr), mask); }
ColourMoments bgr_moments(const ImageF& bgr) { return colour_moments(bgr, nullptr); }

ImageF reinhard_by(const ImageF& x, const ColourMoments& from, const ColourMoments& to) {
  return reinhard_in_lab(to_lab(x), from, to);
}
ImageF linear_by(const ImageF& x, const ColourMoments& from, const ColourMoments& to) {
  return linear_with(x, general(from), general(to), LinearBasis::pca);
}
ImageF monge_kantorovich_by(const ImageF& x, const ColourMoments& from, const ColourMoments& to) {
  return monge_kantorovich_with(x, general(from), general(to));
}

ColourMoments average(std::span<const WeightedMoments> all) {
  ColourMoments out;
  double sum = 0;
  for (const auto& [moments, weight] : all) {
    sum += weight;
    for (std::size_t c = 0; c < 3; ++c) out.mean[c] += weight * moments.mean[c];
    for (std::size_t c = 0; c < 9; ++c) out.covariance[c] += weight * moments.covariance[c];
  }
  for (double& m : out.mean) m /= sum;
  for (double& c : out.covariance) c /= sum;
  return out;
}

ImageF transfer_reinhard(const ImageF& x, const ImageF& y, const ImageF* mask_x, const ImageF* mask_y) {
  ImageF lab = to_lab(x);
  const ColourMoments from = colour_moments(lab, mask_x);
  return reinhard_in_lab(std::move(lab), from, lab_moments(y, mask_y));
}

ImageF transfer_linear(const ImageF& x, const ImageF& y, LinearBasis basis) {
  return linear_with(x, moments(x, 0), moments(y, 0), basis);
}

ImageF transfer_monge_kantorovich(const ImageF& x, const ImageF& y) {
  return monge_kantorovich_with(x, moments(x, 1), moments(y, 1));
}

ImageF match_histogram(const ImageF& x, const ImageF& y, int threshold) {
  ImageF out = x;
  for (int c = 0; c < x.channels; ++c) {
    const auto samples = channel(x, c);
    const Quantiles from = quantiles(samples, threshold), to = quantiles(channel(y, c), 255);
    std::vector<float> mapped(from.values.size());
    for (std::size_t i = 0; i < mapped.size(); ++i) {
      const double share = from.shares[i];
      const auto above = std::ranges::upper_bound(to.shares, share);
      const auto j = static_cast<std::size_t>(above - to.shares.begin());
      if (j == 0) {
        mapped[i] = to.values.front();
      } else if (j == to.shares.size()) {
        mapped[i] = to.values.back();
      } else {
        const double slope = (double{to.values[j]} - to.values[j - 1]) / (to.shares[j] - to.shares[j - 1]);
        mapped[i] = static_cast<float>(slope * (share - to.shares[j - 1]) + to.values[j - 1]);
      }
    }
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto at = std::ranges::lower_bound(from.values, samples[i]) - from.values.begin();
      out.data[i * x.channels + c] = mapped[static_cast<std::size_t>(at)];
    }
  }
  return out;
}

}  // namespace understudy
