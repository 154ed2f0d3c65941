// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/synthetic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace understudy::synthetic {
namespace {

constexpr RenderOptions small{160, 160, 2};

double apart(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }
Point middle(const Rendered& r, std::size_t from, std::size_t to) {
  Point sum;
  for (std::size_t i = from; i < to; ++i) sum = sum + r.landmarks[i];
  return sum * (1.0 / static_cast<double>(to - from));
}
double eye_distance(const Rendered& r) { return apart(middle(r, 36, 42), middle(r, 42, 48)); }
double eye_height(const Rendered& r, std::size_t first) {
  return (apart(r.landmarks[first + 1], r.landmarks[first + 5]) +
          apart(r.landmarks[first + 2], r.landmarks[first + 4])) /
         2;
}
int covered(const ImageU8& mask) {
  int count = 0;
  for (auto v : mask.data) count += v > 127;
  return count;
}
bool covered_near(const ImageU8& mask, Point p, int reach) {
  for (int y = -reach; y <= reach; ++y) {
    for (int x = -reach; x <= reach; ++x) {
      const int px = static_cast<int>(std::lround(p.x)) + x, py = static_cast<int>(std::lround(p.y)) + y;
      if (px >= 0 && py >= 0 && px < mask.width && py < mask.height && mask.at(px, py) > 127) return true;
    }
  }
  return false;
}

TEST(Synthetic, TheSameInputGivesTheSameBytesOnAnyNumberOfThreads) {
  const Actor actor(demo_identity_b(), 0.45f);
  std::vector<Performance> take;
  for (int i = 0; i < 6; ++i) take.push_back(demo_performance_dst(i * 0.5));
  std::vector<Rendered> one, three;
  ASSERT_TRUE(render_take(
      actor, take, {96, 96, 2},
      [&](std::size_t i, Rendered&& r) {
        EXPECT_EQ(i, one.size());
        one.push_back(std::move(r));
        return true;
      },
      1));
  ASSERT_TRUE(render_take(
      actor, take, {96, 96, 2},
      [&](std::size_t, Rendered&& r) {
        three.push_back(std::move(r));
        return true;
      },
      3));
  ASSERT_EQ(one.size(), 6u);
  ASSERT_EQ(three.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(one[i].frame_bgr, three[i].frame_bgr) << i;
    EXPECT_EQ(one[i].landmarks, three[i].landmarks) << i;
  }
  EXPECT_NE(one[0].frame_bgr, one[1].frame_bgr);
}

TEST(Synthetic, ATakeStopsWhenTheTakerHasEnough) {
  const Actor actor(demo_identity_a(), 0.45f);
  int taken = 0;
  ASSERT_TRUE(render_take(
      actor, std::vector<Performance>(12), {64, 64, 1}, [&](std::size_t, Rendered&&) { return ++taken < 3; }, 2));
  EXPECT_EQ(taken, 3);
}

TEST(Synthetic, WhatATakerThrowsIsAFailure) {
  const Actor actor(demo_identity_a(), 0.45f);
  const auto outcome = render_take(
      actor, std::vector<Performance>(12), {64, 64, 1},
      [](std::size_t i, Rendered&&) -> bool { return i < 2 ? true : throw std::runtime_error("odd"); }, 2);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "A mistake in understudy: odd");
}

TEST(Synthetic, LandmarksLieInTheFrameAndInTheOrderOfAFace) {
  for (std::uint32_t seed = 0; seed < 4; ++seed) {
    const Rendered r = render(random_identity(seed), {}, small);
    const auto& p = r.landmarks;
    for (std::size_t i = 0; i < 68; ++i) {
      EXPECT_TRUE(p[i].x > 0 && p[i].x < 159 && p[i].y > 0 && p[i].y < 159) << i;
    }
    for (std::size_t i = 0; i < 16; ++i) EXPECT_LT(p[i].x, p[i + 1].x) << "jaw " << i;
    for (std::size_t i = 17; i < 26; ++i) EXPECT_LT(p[i].x, p[i + 1].x) << "brows " << i;
    for (std::size_t i = 27; i < 30; ++i) EXPECT_LT(p[i].y, p[i + 1].y) << "nose " << i;
    for (std::size_t i = 31; i < 35; ++i) EXPECT_LT(p[i].x, p[i + 1].x) << "nostrils " << i;
    EXPECT_LT(p[19].y, p[37].y);  // brow, eye, nose, lips, chin
    EXPECT_LT(p[41].y, p[33].y);
    EXPECT_LT(p[33].y, p[51].y);
    EXPECT_LT(p[51].y, p[57].y);
    EXPECT_LT(p[57].y, p[8].y);
    EXPECT_LT(p[36].x, p[39].x);
    EXPECT_LT(p[39].x, p[42].x);
    EXPECT_LT(p[42].x, p[45].x);
    // The eyes stand about as far apart as the mouth is from the eyes' line.
    const double ratio = (middle(r, 48, 68).y - middle(r, 36, 48).y) / eye_distance(r);
    EXPECT_GT(ratio, 0.85);
    EXPECT_LT(ratio, 1.25);
  }
}

TEST(Synthetic, TheFaceMaskCoversTheLandmarksButNotTheCorners) {
  const Rendered r = render(demo_identity_a(), {}, small);
  for (std::size_t i = 0; i < 68; ++i) EXPECT_TRUE(covered_near(r.face_mask, r.landmarks[i], i < 17 ? 4 : 1)) << i;
  for (int x : {0, 159})
    for (int y : {0, 159}) EXPECT_EQ(r.face_mask.at(x, y), 0);
  EXPECT_EQ(covered(r.occluder_mask), 0);
}

TEST(Synthetic, WhoAndWhatAreSeparate) {
  Performance play;
  play.yaw = 18;
  play.pitch = -6;
  play.roll = 9;
  const Rendered a = render(demo_identity_a(), play, small), b = render(demo_identity_b(), play, small);
  EXPECT_EQ(a.pose.yaw, b.pose.yaw);
  EXPECT_EQ(a.pose.pitch, b.pose.pitch);
  EXPECT_EQ(a.pose.roll, b.pose.roll);
  EXPECT_NE(a.frame_bgr, b.frame_bgr);
  // The same place and nearly the same shape: the faces differ by less than a tenth of the eyes' distance on average.
  double sum = 0;
  for (std::size_t i = 17; i < 68; ++i) sum += apart(a.landmarks[i], b.landmarks[i]);
  EXPECT_LT(sum / 51, 0.1 * eye_distance(a));
  EXPECT_GT(sum / 51, 0.2);
}

TEST(Synthetic, TurnsHaveTheSignsOfTheSpecification) {
  Performance play;
  const Rendered straight = render(demo_identity_a(), play, small);
  play.yaw = 25;  // nose towards image left
  EXPECT_LT(render(demo_identity_a(), play, small).landmarks[30].x, straight.landmarks[30].x - 4);
  play = {};
  play.pitch = 20;  // nose up
  EXPECT_LT(render(demo_identity_a(), play, small).landmarks[30].y, straight.landmarks[30].y - 4);
  play = {};
  play.roll = 20;  // clockwise: the eye at image right sinks
  const Rendered rolled = render(demo_identity_a(), play, small);
  EXPECT_NEAR(
      std::atan2(rolled.landmarks[45].y - rolled.landmarks[36].y, rolled.landmarks[45].x - rolled.landmarks[36].x),
      0.349, 0.02);
}

TEST(Synthetic, ExpressionsMoveWhatTheyShould) {
  const Identity who = demo_identity_b();
  Performance play;
  const Rendered calm = render(who, play, small);
  play.blink = {1, 0};
  Rendered r = render(who, play, small);
  EXPECT_LT(eye_height(r, 36), 0.15 * eye_height(calm, 36));
  EXPECT_NEAR(eye_height(r, 42), eye_height(calm, 42), 0.1);
  play = {};
  play.mouth_open = 1;
  r = render(who, play, small);
  EXPECT_GT(apart(r.landmarks[62], r.landmarks[66]), 0.25 * eye_distance(calm));
  EXPECT_LT(apart(calm.landmarks[62], calm.landmarks[66]), 0.03 * eye_distance(calm));
  EXPECT_NEAR(r.landmarks[30].y, calm.landmarks[30].y, 0.2);
  play = {};
  play.smile = 1;
  r = render(who, play, small);
  EXPECT_GT(apart(r.landmarks[48], r.landmarks[54]), 1.12 * apart(calm.landmarks[48], calm.landmarks[54]));
  play = {};
  play.pucker = 1;
  r = render(who, play, small);
  EXPECT_LT(apart(r.landmarks[48], r.landmarks[54]), 0.85 * apart(calm.landmarks[48], calm.landmarks[54]));
  play = {};
  play.brow_raise = {1, 1};
  EXPECT_LT(render(who, play, small).landmarks[19].y, calm.landmarks[19].y - 1.5);
}

TEST(Synthetic, AnOccluderTakesPixelsFromTheFaceAndLeavesTheTruth) {
  Performance play;
  const Rendered free = render(demo_identity_b(), play, small);
  for (const auto kind : {OccluderKind::bar, OccluderKind::hand}) {
    play.occluder = kind;
    play.occluder_y = 0.08;
    const Rendered r = render(demo_identity_b(), play, small);
    EXPECT_GT(covered(r.occluder_mask), 300);
    EXPECT_LT(covered(r.face_mask), covered(free.face_mask) - 100);
    EXPECT_EQ(r.landmarks, free.landmarks);
    for (std::size_t i = 0; i < r.face_mask.data.size(); ++i)
      EXPECT_LE(r.face_mask.data[i] + r.occluder_mask.data[i], 256);
  }
}

TEST(Synthetic, TheDemoTakesCoverPosesAndBothHaveTheirMoments) {
  double least = 0, most = 0;
  int hand = 0, blinks = 0;
  for (int i = 0; i < 150; ++i) {
    const Performance src = demo_performance_src(i / 30.0), dst = demo_performance_dst(i / 30.0);
    least = std::min(least, src.yaw);
    most = std::max(most, src.yaw);
    hand += dst.occluder != OccluderKind::none;
    blinks += dst.blink[0] > 0.9f;
    EXPECT_EQ(src.occluder, OccluderKind::none);
    EXPECT_LT(std::abs(dst.yaw), 30);
  }
  EXPECT_LT(least, -25);
  EXPECT_GT(most, 25);
  EXPECT_GE(hand, 12);
  EXPECT_LE(hand, 20);
  EXPECT_GE(blinks, 4);
}

}  // namespace
}  // namespace understudy::synthetic
