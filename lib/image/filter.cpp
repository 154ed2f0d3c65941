// SPDX-License-Identifier: Apache-2.0
#include "lib/image/filter.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/result.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/cv.hpp"
#include "lib/image/separable.hpp"
#include "lib/image/warp.hpp"

namespace understudy {
namespace {

template <class T>
Image<T> gaussian(const Image<T>& image, int kernel, double sigma) {
  check(kernel > 0 && kernel % 2 == 1, "an odd kernel");
  Image<T> out(image.width, image.height, image.channels);
  cv::Mat target = view(out);
  cv::GaussianBlur(view(image), target, {kernel, kernel}, sigma);
  return out;
}

cv::Mat ellipse(int size) { return cv::getStructuringElement(cv::MORPH_ELLIPSE, {size, size}); }

// image * (1 - weight) + other * weight
ImageF mixed(const ImageF& image, const ImageF& other, float weight) {
  ImageF out = image;
  for (std::size_t i = 0; i < out.data.size(); ++i) out.data[i] = image.data[i] * (1 - weight) + other.data[i] * weight;
  return out;
}

// While n > 0: a full median if n >= full, else a blend of n / full; n -= 10 (spec pipeline.md 7.3 L6, 8.9).
ImageF repeated_median(ImageF image, int n, int full) {
  for (; n > 0; n -= 10) {
    ImageF median = median_5x5(image);
    image = n >= full ? std::move(median) : mixed(image, median, static_cast<float>(n) / static_cast<float>(full));
  }
  return image;
}

}  // namespace

ImageF gaussian_blur(const ImageF& image, int kernel, double sigma) { return gaussian(image, kernel, sigma); }
ImageU8 gaussian_blur(const ImageU8& image, int kernel, double sigma) { return gaussian(image, kernel, sigma); }

ImageU8 ellipse_element(int size) { return from_mat<std::uint8_t>(ellipse(size)); }

ImageF median_5x5(const ImageF& image) {
  ImageF out(image.width, image.height, image.channels);
  cv::Mat target = view(out);
  cv::medianBlur(view(image), target, 5);
  return out;
}

ImageF blur_sharpen(const ImageF& image, Sharpen mode, int kernel, int amount) {
  if (amount < 0) return repeated_median(image, -amount, 10);
  if (amount == 0 || mode == Sharpen::none) return image;
  ImageF out(image.width, image.height, image.channels);
  cv::Mat target = view(out);
  if (mode == Sharpen::box) {
    const float box = 1.0f / static_cast<float>(kernel * kernel);
    cv::Mat weights(kernel, kernel, CV_32F, cv::Scalar(-box * static_cast<float>(amount)));
    weights.at<float>(kernel / 2, kernel / 2) += 1.0f + static_cast<float>(amount);
    cv::filter2D(view(image), target, CV_32F, weights);
  } else {
    const ImageF blurred = gaussian_blur(image, kernel);
    cv::addWeighted(view(image), 1.0 + 0.5 * amount, view(blurred), -0.5 * amount, 0, target);
  }
  return out;
}

ImageF filter_separable(const ImageF& image, std::span<const float> row, std::span<const float> column) {
  check(row.size() % 2 == 1 && column.size() % 2 == 1, "odd kernels");
  const auto kernel = [](std::span<const float> values) {
    return cv::Mat(1, static_cast<int>(values.size()), CV_32F, const_cast<float*>(values.data()));
  };
  ImageF out(image.width, image.height, image.channels);
  cv::Mat target = view(out);
  cv::sepFilter2D(view(image), target, CV_32F, kernel(row), kernel(column), {-1, -1}, 0, cv::BORDER_REPLICATE);
  return out;
}

ImageF motion_kernel(int size, double angle_degrees) {
  ImageF line(size, size, 1);
  std::fill_n(line.row((size - 1) / 2), size, 1.0f);
  const auto centre = static_cast<float>(size / 2.0 - 0.5);
  const cv::Mat turn = cv::getRotationMatrix2D({centre, centre}, angle_degrees, 1.0);
  ImageF kernel(size, size, 1);
  cv::Mat target = view(kernel);
  cv::warpAffine(view(line), target, turn, {size, size});
  const double sum = cv::sum(target)[0];
  if (sum > 0) target *= 1.0 / sum;
  return kernel;
}

ImageF motion_blur(const ImageF& image, int size, double angle_degrees) {
  const ImageF kernel = motion_kernel(size, angle_degrees);
  ImageF out(image.width, image.height, image.channels);
  cv::Mat target = view(out);
  cv::filter2D(view(image), target, CV_32F, view(kernel));
  return out;
}

ImageF bicubic_degrade(const ImageF& image, int power) {
  const double factor = 1.0 - power / 101.0;
  const int width = std::max(1, static_cast<int>(image.width * factor));
  const int height = std::max(1, static_cast<int>(image.height * factor));
  return resize(resize(image, width, height, Interpolation::cubic), image.width, image.height, Interpolation::cubic);
}

ImageF denoise(ImageF image, int power) { return repeated_median(std::move(image), power, 100); }

ImageF colour_degrade(const ImageF& image_bgr, int power) {
  const ImageF reduced = to_float(reduce_colours(to_u8_truncated(image_bgr), 256));
  return mixed(image_bgr, reduced, static_cast<float>(power) / 100.0f);
}

}  // namespace understudy
