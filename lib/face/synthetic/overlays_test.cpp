// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/overlays.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace understudy::synthetic {
namespace {

// Landmarks of nobody: an oval with a nose line, in the middle of a square.
std::array<Point, 68> plain_face(double side) {
  std::array<Point, 68> points{};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double angle = 3.14159 * (i < 17 ? static_cast<double>(i) / 16 : static_cast<double>(i) / 40);
    points[i] = {side / 2 - side * 0.3 * std::cos(angle), side * 0.45 + side * 0.35 * std::sin(angle)};
  }
  for (std::size_t i = 17; i < 27; ++i) points[i] = {side * (0.25 + 0.05 * static_cast<double>(i - 17)), side * 0.35};
  for (std::size_t i = 27; i < 36; ++i) points[i] = {side / 2, side * (0.4 + 0.03 * static_cast<double>(i - 27))};
  return points;
}

double covered(const ImageF& mask, float from) {
  return static_cast<double>(std::ranges::count_if(mask.data, [&](float v) { return v >= from; })) /
         static_cast<double>(mask.data.size());
}

TEST(Overlays, EachKindHidesAPartAndIsTheSameForASeed) {
  const auto face = plain_face(96);
  for (int kind = 0; kind < overlay_kinds; ++kind) {
    double most = 0;
    for (std::uint32_t seed = 0; seed < 12; ++seed) {
      const auto one = draw_overlay(static_cast<OverlayKind>(kind), seed, 96, 96, face);
      const auto two = draw_overlay(static_cast<OverlayKind>(kind), seed, 96, 96, face);
      EXPECT_EQ(one.alpha.data, two.alpha.data);
      EXPECT_EQ(one.bgr.data, two.bgr.data);
      for (const float v : one.alpha.data) ASSERT_TRUE(v >= 0 && v <= 1) << kind;
      for (const float v : one.bgr.data) ASSERT_TRUE(v >= 0 && v <= 1.001f) << kind;
      const double part = covered(one.alpha, 0.5f);
      EXPECT_LT(part, 0.97) << kind << ' ' << seed;
      most = std::max(most, part);
    }
    if (static_cast<OverlayKind>(kind) == OverlayKind::smoke)
      EXPECT_EQ(most, 0);  // it hides nothing
    else
      EXPECT_GT(most, 0.005) << kind;
  }
}

TEST(Overlays, TheMaskLosesWhatIsHidden) {
  ImageF bgr(96, 96, 3, 0.5f), mask(96, 96, 1, 1.0f);
  const auto overlay = draw_overlay(OverlayKind::blob, 5, 96, 96, plain_face(96));
  lay_over(bgr, mask, overlay, 0.5);
  for (std::size_t i = 0; i < mask.data.size(); ++i)
    EXPECT_EQ(mask.data[i], overlay.alpha.data[i] >= 0.5f ? 0.0f : 1.0f);
  EXPECT_TRUE(std::ranges::all_of(bgr.data, [](float v) { return v >= 0 && v <= 1; }));
  EXPECT_TRUE(std::ranges::any_of(bgr.data, [](float v) { return v != 0.5f; }));
}

TEST(Overlays, OnesOfTheFacesColourKeepTheirPattern) {
  ImageF bgr(96, 96, 3, 0.9f), mask(96, 96, 1, 0.0f);
  for (int y = 30; y < 60; ++y)
    for (int x = 30; x < 60; ++x) {
      mask.at(x, y) = 1;
      bgr.at(x, y, 0) = 0.2f, bgr.at(x, y, 1) = 0.3f, bgr.at(x, y, 2) = 0.4f;
    }
  const auto before = draw_overlay(OverlayKind::hand, 5, 96, 96, plain_face(96));
  auto overlay = before;
  colour_like(overlay, bgr, mask, 0.8);
  EXPECT_EQ(overlay.alpha.data, before.alpha.data);
  for (int c = 0; c < 3; ++c) {
    double sum = 0, all = 0, least = 1, most = 0;
    for (int y = 0; y < 96; ++y)
      for (int x = 0; x < 96; ++x) {
        const double a = overlay.alpha.at(x, y), v = overlay.bgr.at(x, y, c);
        sum += a * v, all += a;
        if (a > 0.9) least = std::min(least, v), most = std::max(most, v);
      }
    EXPECT_NEAR(sum / all, 0.8 * (0.2 + 0.1 * c), 0.01) << c;
    EXPECT_GT(most - least, 0.02) << c;
  }
  auto of_nothing = before;
  colour_like(of_nothing, bgr, ImageF(96, 96, 1, 0.0f), 1);
  EXPECT_EQ(of_nothing.bgr.data, before.bgr.data);
}

}  // namespace
}  // namespace understudy::synthetic
