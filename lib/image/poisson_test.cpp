// SPDX-License-Identifier: Apache-2.0
#include "lib/image/poisson.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lib/image/blend.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/png_colour.hpp"

namespace understudy {
namespace {

ImageF picture(int width, int height, double phase) {
  ImageF image(width, height, 3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        image.at(x, y, c) = static_cast<float>(0.45 + 0.2 * std::sin(x / 13.0 + phase + c) * std::cos(y / 17.0) +
                                               0.15 * std::sin((x + 2 * y) / 31.0 - phase));
  return image;
}

ImageU8 ellipse(int width, int height, double rx, double ry) {
  ImageU8 mask(width, height, 1);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      mask.at(x, y) = std::hypot((x - width / 2.0) / rx, (y - height / 2.0) / ry) < 1 ? 255 : 0;
  return mask;
}

// Codes of 8 bits.
double farthest(const ImageF& a, const ImageU8& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i)
    most = std::max(most, std::abs(255.0 * std::clamp(a.data[i], 0.0f, 1.0f) - b.data[i]));
  return most;
}

TEST(Poisson, IsWhatOpenCvMakesWithoutItsRounding) {
  for (const auto& [width, height] : {std::pair{160, 121}, std::pair{97, 230}}) {
    const ImageU8 face = to_u8_rounded(picture(width, height, 1.1)), frame = to_u8_rounded(picture(width, height, 0));
    const ImageU8 mask = ellipse(width, height, width / 3.0, height / 3.0);
    const auto theirs = poisson_clone(face, frame, mask);
    const auto ours = poisson_clone_float(to_float(face), to_float(frame), mask);
    ASSERT_TRUE(theirs && ours);
    const double most = farthest(*ours, *theirs);
    std::printf("%d x %d: at most %.2f codes from seamlessClone\n", width, height, most);
    EXPECT_LE(most, 2.0);
  }
}

TEST(Poisson, KeepsSixteenBits) {
  // A face that is the frame's own picture comes back as it was, far below a code of 16 bits.
  const ImageF frame = picture(300, 260, 0.3);
  const auto same = poisson_clone_float(frame, frame, ellipse(300, 260, 120, 100));
  ASSERT_TRUE(same);
  for (std::size_t i = 0; i < frame.data.size(); ++i) ASSERT_NEAR(same->data[i], frame.data[i], 2e-7);
  // A constant more changes nothing: only gradients are cloned.
  ImageF lighter = frame;
  for (float& v : lighter.data) v += 0.1f;
  const auto clone = poisson_clone_float(lighter, frame, ellipse(300, 260, 120, 100));
  ASSERT_TRUE(clone);
  for (std::size_t i = 0; i < frame.data.size(); ++i) ASSERT_NEAR(clone->data[i], frame.data[i], 1e-6);
}

TEST(Poisson, MasksOfAnyKindAreSurvived) {
  const ImageF frame = picture(64, 48, 0);
  EXPECT_FALSE(poisson_clone_float(frame, frame, ImageU8(64, 48, 1)));
  EXPECT_TRUE(poisson_clone_float(frame, frame, ImageU8(64, 48, 1, 255)));
  ImageU8 dot(64, 48, 1);
  dot.at(20, 20) = 255;
  EXPECT_FALSE(poisson_clone_float(frame, frame, dot));
}

TEST(Poisson, ForEightBitsItMayBeQuicker) {
  const ImageF face = picture(560, 520, 1), frame = picture(560, 520, 0);
  const ImageU8 mask = ellipse(560, 520, 230, 240);
  const auto exact = poisson_clone_float(face, frame, mask), quick = poisson_clone_float(face, frame, mask, true);
  ASSERT_TRUE(exact && quick);
  for (std::size_t i = 0; i < frame.data.size(); ++i) ASSERT_NEAR(255 * quick->data[i], 255 * exact->data[i], 0.01);
}

TEST(PngColour, IsReadBackAndOnlyThere) {
  const auto png = encode_png(ImageU16(8, 8, 3));
  ASSERT_TRUE(png);
  EXPECT_FALSE(colours_of_png(*png));
  EXPECT_EQ(colours_of_png(with_colours(*png, {9, 18, 0})), (PngColour{9, 18, 0}));
  Bytes told = with_colours(*png, {9, 16, 4000});
  EXPECT_EQ(colours_of_png(told), (PngColour{9, 16, 4000}));
  EXPECT_TRUE(decode_image(told));
  told[8 + 25 + 9] ^= 1;  // a damaged chunk says nothing
  EXPECT_FALSE(colours_of_png(told));
  for (std::size_t n = 0; n < png->size(); ++n) (void)colours_of_png(std::span(*png).first(n));
}

}  // namespace
}  // namespace understudy
