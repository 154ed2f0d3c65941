// SPDX-License-Identifier: Apache-2.0
#include "lib/image/quality.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lib/image/contact_sheet.hpp"

namespace understudy {
namespace {

ImageU8 pattern(int width, int height) {
  ImageU8 image(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) image.at(x, y, c) = static_cast<std::uint8_t>((x * 7 + y * 13 + c * 40) % 200 + 20);
    }
  }
  return image;
}

TEST(Likeness, EqualPicturesAreAlike) {
  const ImageU8 a = pattern(40, 30);
  const Likeness same = likeness(a, a, ImageU8(40, 30, 1, 255));
  EXPECT_EQ(same.psnr, 100);
  EXPECT_NEAR(same.ssim, 1, 1e-6);
  EXPECT_EQ(same.pixels, 1200);
}

TEST(Likeness, PsnrFollowsItsFormulaInsideTheMaskOnly) {
  const ImageU8 a = pattern(40, 30);
  ImageU8 b = a;
  for (auto& v : b.data) v = static_cast<std::uint8_t>(v + 10);
  ImageU8 mask(40, 30, 1, 255);
  EXPECT_NEAR(likeness(a, b, mask).psnr, 20 * std::log10(255.0 / 10), 1e-9);
  // A difference outside the mask does not count.
  b = a;
  b.at(3, 3, 1) = 255;
  mask.at(3, 3) = 0;
  EXPECT_EQ(likeness(a, b, mask).psnr, 100);
  EXPECT_EQ(likeness(a, b, ImageU8(40, 30, 1)).pixels, 0);
}

TEST(Likeness, SsimSeesLostStructureMoreThanAShiftOfBrightness) {
  const ImageU8 a = pattern(64, 64);
  ImageU8 flat = a, brighter = a;
  for (auto& v : flat.data) v = 120;
  for (auto& v : brighter.data) v = static_cast<std::uint8_t>(v + 12);
  const ImageU8 mask(64, 64, 1, 255);
  EXPECT_LT(likeness(a, flat, mask).ssim, 0.2);
  EXPECT_GT(likeness(a, brighter, mask).ssim, 0.9);
}

TEST(ContactSheet, PutsEachPictureInItsCell) {
  ContactSheet sheet;
  sheet.title = "title";
  sheet.cell = 32;
  sheet.columns = {"1", "2"};
  sheet.rows = {{"red", "", {ImageU8(64, 48, 3, 0), ImageU8(16, 16, 3, 0)}}, {"none", "two\nlines", {ImageU8{}}}};
  for (ImageU8& picture : sheet.rows[0].pictures) {
    for (std::size_t i = 2; i < picture.data.size(); i += 3) picture.data[i] = 255;
  }
  const ImageU8 page = draw(sheet);
  int red = 0;
  for (std::size_t i = 0; i < page.data.size(); i += 3)
    red += page.data[i] == 0 && page.data[i + 1] == 0 && page.data[i + 2] == 255;
  EXPECT_EQ(red, 2 * 32 * 32);
  EXPECT_GT(page.height, 2 * 32);
}

}  // namespace
}  // namespace understudy
