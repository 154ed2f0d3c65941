// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "lib/image/filter.hpp"
#include "lib/measures/blocks.hpp"
#include "lib/measures/expression.hpp"
#include "lib/measures/face_numbers.hpp"
#include "lib/measures/histogram.hpp"
#include "lib/measures/sharpness.hpp"

namespace understudy {
namespace {

ImageU8 noise(int width, int height, int channels, unsigned seed) {
  ImageU8 image(width, height, channels);
  std::mt19937 chance(seed);
  for (auto& v : image.data) v = static_cast<std::uint8_t>(chance());
  return image;
}

// Vertical bars, 16 pixels wide, whose edges lie in the middle of pixels, as a camera sees them through a blur of that
// sigma.
ImageU8 bars(double sigma) {
  ImageU8 image(256, 256, 1);
  for (int y = 0; y < 256; ++y)
    for (int x = 0; x < 256; ++x) image.at(x, y) = x % 16 == 0 ? 125 : x / 16 % 2 ? 200 : 50;
  return sigma > 0 ? gaussian_blur(image, 31, sigma) : image;
}

TEST(Sharpness, FallsWithBlurAndIsZeroWithoutEdges) {
  const double sharp = cpbd_sharpness(bars(0)), soft = cpbd_sharpness(bars(2.5));
  EXPECT_GT(sharp, 0.9);
  EXPECT_LT(soft, 0.1);
  EXPECT_EQ(cpbd_sharpness(ImageU8(256, 256, 1, 77)), 0);
  EXPECT_EQ(cpbd_sharpness(noise(32, 32, 1, 3)), 0);  // smaller than a block
}

// The definition, straight: second derivatives of a binomial window, mirrored at the edges.
TEST(Sharpness, LaplacianIsTheSumOfBothSecondDerivatives) {
  const ImageU8 image = noise(23, 17, 3, 5);
  std::array<double, 11> smooth{1}, second{1};
  const auto convolve = [](std::array<double, 11>& k, double tap) {
    for (std::size_t i = 10; i > 0; --i) k[i] += tap * k[i - 1];
  };
  for (int i = 0; i < 10; ++i) convolve(smooth, 1);
  for (int i = 0; i < 8; ++i) convolve(second, 1);
  for (int i = 0; i < 2; ++i) convolve(second, -1);
  const auto mirrored = [](int i, int n) { return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i; };
  std::vector<double> values;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      for (int c = 0; c < 3; ++c) {
        double sum = 0;
        for (int j = -5; j <= 5; ++j)
          for (int i = -5; i <= 5; ++i) {
            const auto ki = std::size_t(i + 5), kj = std::size_t(j + 5);
            sum += (second[ki] * smooth[kj] + smooth[ki] * second[kj]) *
                   image.at(mirrored(x + i, image.width), mirrored(y + j, image.height), c);
          }
        values.push_back(sum);
      }
  double mean = 0, variance = 0;
  for (const double v : values) mean += v / double(values.size());
  for (const double v : values) variance += (v - mean) * (v - mean) / double(values.size());
  EXPECT_NEAR(laplacian_variance(image) / variance, 1, 1e-12);
}

TEST(Histogram, PacksAndComparesAsOpenCv) {
  Histograms h;
  const ImageU8 a = noise(40, 30, 3, 1), b = noise(40, 30, 3, 2);
  h.blue = histogram_of(a, 0);
  h.green = histogram_of(a, 1);
  h.red = histogram_of(a, 2);
  h.grey = h.hull = histogram_of(b, 1);
  Bytes bytes = packed(h);
  EXPECT_EQ(unpacked(bytes), h);
  EXPECT_FALSE(unpacked(std::span(bytes).first(bytes.size() - 1)));
  bytes[100] ^= 1;
  EXPECT_FALSE(unpacked(bytes));
  EXPECT_EQ(bhattacharyya(h.blue, h.blue), 0);
  double common = 0;
  for (std::size_t v = 0; v < 256; ++v) common += std::sqrt(double(h.blue[v]) * h.grey[v]) / 1200;
  EXPECT_NEAR(bhattacharyya(h.blue, h.grey), std::sqrt(1 - common), 1e-12);
  Histogram one{}, other{};
  one[3] = other[200] = 7;
  EXPECT_EQ(bhattacharyya(one, other), 1);
}

TEST(Blocks, BoundThePixelDistance) {
  for (const auto& [width, height] : {std::pair{64, 64}, {70, 50}, {16, 16}, {9, 5}}) {
    for (unsigned seed = 0; seed < 8; ++seed) {
      ImageU8 a = noise(width, height, 3, seed), b = noise(width, height, 3, seed + 100);
      for (auto& v : b.data) v = static_cast<std::uint8_t>(v / (1 + seed));
      std::uint64_t exact = 0;
      for (std::size_t i = 0; i < a.data.size(); ++i) exact += std::uint64_t(std::abs(a.data[i] - b.data[i]));
      EXPECT_EQ(pixel_distance(a, b), exact);
      for (const int grid : {4, 16, 64}) {
        const auto x = block_means(a, grid), y = block_means(b, grid);
        const auto least = least_pixel_distance(distance(x.data(), y.data(), x.size()), grid, width, height);
        EXPECT_LE(least, exact);
        if (grid == 4 && width == 64 && seed > 2) {
          EXPECT_GT(least * 2, exact);
        }
      }
    }
  }
}

TEST(Expression, IsTheSameInAnySizeAndGrowsWithTheGap) {
  FaceInfo face;
  for (std::size_t i = 0; i < 68; ++i) face.landmarks[i] = {10.0 * double(i % 9), 7.0 * double(i / 9)};
  face.landmarks[62] = {50, 80};
  face.landmarks[66] = {50, 90};
  const auto closed = expression_of(face, 0.2);
  for (auto& p : face.landmarks) p = p * 3;
  EXPECT_NEAR(expression_of(face, 0.2).mouth_open, closed.mouth_open, 1e-12);
  EXPECT_NEAR(expression_of(face, 0.2).eyes_open, closed.eyes_open, 1e-12);
  face.landmarks[66].y += 30;
  EXPECT_NEAR(expression_of(face, 0.2).mouth_open, 2 * closed.mouth_open, 1e-12);
}

TEST(Quality, GoesDownWithEveryFlaw) {
  FaceNumbers n;
  EXPECT_TRUE(std::isnan(quality_of(n)));
  n.blur = 0.4;
  n.enlarged = 0.8;
  n.visible = 1;
  n.confidence = 0.95;
  const double good = quality_of(n);
  EXPECT_GT(good, 0.8);
  for (const auto& [member, value] : {std::pair{&FaceNumbers::blur, 0.1},
                                      {&FaceNumbers::enlarged, 2.0},
                                      {&FaceNumbers::visible, 0.5},
                                      {&FaceNumbers::confidence, 0.3}}) {
    FaceNumbers worse = n;
    worse.*member = value;
    EXPECT_LT(quality_of(worse), 0.75 * good);
  }
}

}  // namespace
}  // namespace understudy
