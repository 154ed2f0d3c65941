// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/lids.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "steps/6_merge/eye_axes.hpp"

namespace understudy {
namespace {

constexpr double width = 60, radius = 8, tilt = 0.3;

// A face's two eyes, their corners in lines that are turned; two thirds of what is open lie above the line.
SeenEye eye_at(Point middle, double open, double angle = tilt) {
  const Point along{std::cos(angle), std::sin(angle)};
  return {middle - along * (width / 2), middle + along * (width / 2), middle, radius, open, open * 2 / 3};
}
SeenEyes eyes_of(double open) { return {eye_at({60, 80}, open), eye_at({160, 80}, open)}; }

// Light skin with brown a little above each eye; between the lids dark.
ImageF picture_of(const SeenEyes& eyes) {
  ImageF picture(220, 160, 3, 0.8f);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      for (const auto& eye : eyes) {
        const Point own = EyeAxes(eye).of({static_cast<double>(x), static_cast<double>(y)});
        const double thick = 1 - std::pow(own.x / 0.5, 2);
        const bool inside = thick > 0 && own.y > -eye.upper * thick && own.y < (eye.open - eye.upper) * thick;
        for (int c = 0; c < 3 && inside; ++c) picture.at(x, y, c) = 0.1f;
      }
    }
  }
  return picture;
}

// How much is dark in a line across the middle of an eye, over its width.
double open_in(const ImageF& picture, const SeenEye& eye) {
  const EyeAxes axes(eye);
  double dark = 0;
  constexpr double step = 0.1;
  for (double v = -0.6 * width; v < 0.6 * width; v += step) {
    const Point at = axes.middle + axes.turned({0, v});
    const int x = static_cast<int>(std::lround(at.x)), y = static_cast<int>(std::lround(at.y));
    dark += (0.8 - static_cast<double>(picture.at(x, y))) / 0.7 * step;
  }
  return dark / width;
}

TEST(Lids, OpenAndCloseAsFarAsTheOthers) {
  const auto has = eyes_of(0.24);
  for (const double open : {0.06, 0.15, 0.32}) {
    for (const double part : {0.5, 1.0}) {
      const auto moved = with_lids(picture_of(has), has, eyes_of(open), part);
      for (std::size_t e = 0; e < 2; ++e) {
        const double goal = 0.24 + (open - 0.24) * part;
        EXPECT_NEAR(open_in(moved.face_bgr, has[e]), goal, 0.025) << open << ' ' << part;
        EXPECT_NEAR(moved.eyes[e].open, goal, 1e-9);
      }
    }
  }
}

TEST(Lids, TheUpperOneDoesMostOfIt) {
  const auto has = eyes_of(0.3);
  const auto moved = with_lids(picture_of(has), has, eyes_of(0.1), 1);
  EXPECT_NEAR(has[0].upper - moved.eyes[0].upper, 0.85 * 0.2, 1e-9);
  // The iris stays between the lids, at its part of the way from the one to the other.
  const auto height = [](const SeenEye& eye) { return (EyeAxes(eye).of(eye.iris).y + eye.upper) / eye.open; };
  EXPECT_NEAR(height(moved.eyes[0]), height(has[0]), 1e-6);
}

TEST(Lids, EachEyeByItself) {
  const auto has = eyes_of(0.24);
  const SeenEyes winking{eye_at({60, 80}, 0.05), eye_at({160, 80}, 0.24)};
  const ImageF picture = picture_of(has);
  const auto moved = with_lids(picture, has, winking, 1);
  EXPECT_LT(open_in(moved.face_bgr, has[0]), 0.1);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 120; x < picture.width; ++x) EXPECT_EQ(moved.face_bgr.at(x, y), picture.at(x, y));
}

TEST(Lids, AnEyeTurnedAwayFollowsTheOther) {
  auto has = eyes_of(0.24), wanted = eyes_of(0.12);
  for (SeenEyes* eyes : {&has, &wanted}) {  // the right one is seen from the side, at a third of its width
    SeenEye& away = (*eyes)[1];
    const Point middle = (away.left + away.right) * 0.5;
    away.left = middle + (away.left - middle) * (1.0 / 3);
    away.right = middle + (away.right - middle) * (1.0 / 3);
  }
  wanted[1].open = 0.36;  // a guess
  const auto moved = with_lids(picture_of(has), has, wanted, 1);
  for (const auto& eye : moved.eyes) EXPECT_NEAR(eye.open, 0.12, 1e-9);
}

TEST(Lids, NothingElseMoves) {
  const auto has = eyes_of(0.24);
  ImageF picture = picture_of(has);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) picture.at(x, y, 1) = static_cast<float>((x * 7 + y * 13) % 50) / 50;
  const auto moved = with_lids(picture, has, eyes_of(0.05), 1);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      bool near = false;
      for (const auto& eye : has) {
        const Point own = EyeAxes(eye).of({static_cast<double>(x), static_cast<double>(y)});
        near = near || (std::abs(own.x) < 0.62 && own.y > -0.75 && own.y < 0.6);
      }
      if (!near) {
        EXPECT_EQ(moved.face_bgr.at(x, y, 1), picture.at(x, y, 1)) << x << ' ' << y;
      }
    }
  }
  EXPECT_EQ(with_lids(picture, has, has, 1).face_bgr.data, picture.data);
  EXPECT_EQ(with_lids(picture, has, eyes_of(0.1), 0).face_bgr.data, picture.data);
}

// Wide eyes that blink: down the middle of the eye the skin keeps its order.
TEST(Lids, SkinIsNotFoldedOver) {
  const auto has = eyes_of(0.5);
  ImageF ramp(220, 160, 3);
  const EyeAxes axes(has[0]);
  for (int y = 0; y < ramp.height; ++y)
    for (int x = 0; x < ramp.width; ++x)
      ramp.at(x, y) = static_cast<float>(axes.of({static_cast<double>(x), static_cast<double>(y)}).y);
  const auto moved = with_lids(ramp, has, eyes_of(0.03), 1);
  double before = -10;
  for (double v = -70; v < 60; v += 1) {
    const Point at = axes.middle + axes.turned({0, v});
    if (at.x < 1 || at.y < 1 || at.x > 218 || at.y > 158) continue;
    const double now = static_cast<double>(
        moved.face_bgr.at(static_cast<int>(std::lround(at.x)), static_cast<int>(std::lround(at.y))));
    EXPECT_GT(now, before - 0.012) << v;  // a pixel that is rounded to is up to 0.012 of the width away
    before = std::max(before, now);
  }
}

TEST(Lids, WhatIsDrawnShutStaysAndNothingIsTorn) {
  const auto shut = eyes_of(0.03);
  const ImageF picture = picture_of(shut);
  EXPECT_EQ(with_lids(picture, shut, eyes_of(0.3), 1).face_bgr.data, picture.data);
  const auto has = eyes_of(0.2);
  const auto wide = with_lids(picture_of(has), has, eyes_of(9), 1);
  EXPECT_NEAR(wide.eyes[0].open, 0.3, 1e-9);
  const auto below = with_lids(picture_of(has), has, eyes_of(-9), 1);
  EXPECT_GT(below.eyes[0].open, 0);
  SeenEyes nothing{};  // corners in one point, at the picture's edge
  EXPECT_EQ(with_lids(picture, nothing, has, 1).face_bgr.data.size(), picture.data.size());
  SeenEyes outside = has;
  for (auto& eye : outside) eye.left.x -= 5e4, eye.right.x -= 5e4;
  EXPECT_EQ(with_lids(picture, outside, shut, 1).face_bgr.data, picture.data);
}

}  // namespace
}  // namespace understudy
