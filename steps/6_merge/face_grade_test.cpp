// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/face_grade.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace understudy {
namespace {

ImageF ramp() {
  ImageF image(96, 64, 3);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 96; ++x) {
      image.at(x, y, 0) = 0.2f + 0.004f * static_cast<float>(x);
      image.at(x, y, 1) = 0.3f + 0.004f * static_cast<float>(y);
      image.at(x, y, 2) = 0.5f;
    }
  }
  return image;
}
void add_noise(ImageF& image, double deviation, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, static_cast<float>(deviation));
  for (float& v : image.data) v += normal(random);
}
std::array<double, 3> means(const ImageF& image) {
  std::array<double, 3> sum{};
  for (std::size_t i = 0; i < image.data.size(); ++i) sum[i % 3] += image.data[i];
  for (double& v : sum) v *= 3.0 / static_cast<double>(image.data.size());
  return sum;
}
double luma(const std::array<double, 3>& bgr) { return 0.0722 * bgr[0] + 0.7152 * bgr[1] + 0.2126 * bgr[2]; }

std::array<double, 3> graded(void (*set)(MergeSettings&)) {
  MergeSettings settings;
  set(settings);
  EXPECT_TRUE(changes_face(settings));
  ImageF image = ramp();
  grade(image, settings);
  return means(image);
}

TEST(FaceGrade, WhatIsNotAskedForChangesNothing) {
  EXPECT_FALSE(changes_face({}));
  ImageF image = ramp();
  grade(image, {});
  for (std::size_t i = 0; i < image.data.size(); ++i) ASSERT_NEAR(image.data[i], ramp().data[i], 1e-6);
}

TEST(FaceGrade, EachControlDoesWhatItSays) {
  const auto plain = means(ramp());
  EXPECT_NEAR(luma(graded([](auto& s) { s.exposure = 1; })), luma(plain) * std::exp2(1 / 2.4), 0.01);
  const auto warm = graded([](auto& s) { s.temperature = 50; });
  EXPECT_GT(warm[2], plain[2] + 0.02);
  EXPECT_LT(warm[0], plain[0] - 0.02);
  EXPECT_NEAR(luma(warm), luma(plain), 0.02);
  const auto magenta = graded([](auto& s) { s.tint = 50; });
  EXPECT_LT(magenta[1], plain[1]);
  EXPECT_GT(magenta[2], plain[2]);
  const auto grey = graded([](auto& s) { s.saturation = -100; });
  EXPECT_NEAR(grey[0], grey[2], 1e-5);
  EXPECT_NEAR(luma(grey), luma(plain), 1e-3);
  EXPECT_GT(luma(graded([](auto& s) { s.gamma = 2; })), luma(plain) + 0.1);
  ImageF image = ramp();
  MergeSettings flat;
  flat.contrast = -100;
  grade(image, flat);
  for (const float v : image.data) ASSERT_NEAR(v, 0.5f, 1e-5);
}

TEST(FaceGrade, NoiseIsMeasuredBesideRampsAndEdges) {
  for (const double deviation : {0.005, 0.02}) {
    ImageF image = ramp();
    for (int y = 0; y < 64; ++y)
      for (int c = 0; c < 3; ++c) image.at(40, y, c) = 1;  // an edge
    add_noise(image, deviation, 3);
    for (const double found : noise_of(image, {})) EXPECT_NEAR(found, deviation, 0.15 * deviation);
  }
  for (const double found : noise_of(ramp(), {})) EXPECT_LT(found, 1e-4);
  EXPECT_EQ(noise_of(ImageF(5, 5, 3), {})[0], 0);
}

TEST(FaceGrade, GrainBringsTheFaceToThePlatesNoiseInsideTheMask) {
  ImageF plate = ramp(), mask(96, 64, 1);
  add_noise(plate, 0.02, 5);
  for (int y = 8; y < 56; ++y)
    for (int x = 8; x < 88; ++x) mask.at(x, y) = 1;
  for (const double part : {0.5, 1.0}) {
    ImageF face = ramp();
    add_noise(face, 0.005, 6);  // it has some of its own
    ImageF again = face;
    const ImageF before = face;
    add_grain(face, plate, mask, part);
    for (const double found : noise_of(face, mask)) EXPECT_NEAR(found, part * 0.02, 0.15 * part * 0.02);
    EXPECT_EQ(face.at(2, 2, 1), before.at(2, 2, 1));
    add_grain(again, plate, mask, part);
    EXPECT_EQ(again, face);
    plate.at(3, 3, 0) += 0.01f;  // another frame
    ImageF other = before;
    add_grain(other, plate, mask, part);
    EXPECT_NE(other, face);
  }
}

}  // namespace
}  // namespace understudy
