// SPDX-License-Identifier: Apache-2.0
#include "lib/face/synthetic/wild.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace understudy::synthetic::wild {
namespace {

double apart(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }
double eye_height(const Rendered& r, std::size_t first) {
  return (apart(r.landmarks[first + 1], r.landmarks[first + 5]) +
          apart(r.landmarks[first + 2], r.landmarks[first + 4])) /
         2;
}
constexpr RenderOptions quick{96, 96, 2, true};
constexpr float coarse = 0.25f;  // of casting: enough for landmarks

TEST(Wild, TheSameSeedGivesTheSameBytes) {
  for (std::uint32_t seed : {3u, 4u}) {
    const Rendered a = Actor(wild_identity(seed), coarse).render(wild_performance(seed), quick);
    const Rendered b = Actor(wild_identity(seed), coarse).render(wild_performance(seed), quick);
    EXPECT_EQ(a.frame_bgr, b.frame_bgr);
    EXPECT_EQ(a.landmarks, b.landmarks);
    EXPECT_NE(a.frame_bgr, Actor(wild_identity(seed + 1), coarse).render(wild_performance(seed), quick).frame_bgr);
  }
}

TEST(Wild, ABlinkClosesEveryonesEyes) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    const Actor actor(wild_identity(seed), coarse);
    Performance play;
    const Rendered open = actor.render(play, {48, 48, 1});
    play.blink = {1, 1};
    const Rendered shut = actor.render(play, {48, 48, 1});
    for (std::size_t first : {36u, 42u}) {
      EXPECT_LT(eye_height(shut, first), 0.15 * eye_height(open, first)) << seed;
      EXPECT_GT(eye_height(open, first), 0.1 * apart(open.landmarks[first], open.landmarks[first + 3])) << seed;
    }
  }
}

TEST(Wild, LandmarksLieInsideThePicture) {
  std::vector<Actor> actors;
  for (std::uint32_t seed = 0; seed < 6; ++seed) actors.emplace_back(wild_identity(seed), coarse);
  for (std::uint32_t seed = 0; seed < 72; ++seed) {
    const Rendered r = actors[seed % 6].render(wild_performance(seed), {40, 40, 1, true, 1});
    for (std::size_t i = 0; i < 68; ++i) {
      const Point p = r.landmarks[i];
      EXPECT_TRUE(p.x >= 0 && p.y >= 0 && p.x <= 39 && p.y <= 39) << seed << " point " << i;
    }
  }
}

TEST(Wild, PeopleDifferAndTheirTakesDoNot) {
  // Two people in the same takes: turned, opened and shut alike.
  const Actor a(wild_identity(1), coarse), b(wild_identity(2), coarse);
  for (std::uint32_t seed = 0; seed < 24; ++seed) {
    const Performance play = wild_performance(seed);
    const Rendered x = a.render(play, {64, 64, 1, true, 1}), y = b.render(play, {64, 64, 1, true, 1});
    EXPECT_EQ(x.pose.yaw, y.pose.yaw);
    EXPECT_EQ(x.pose.pitch, y.pose.pitch);
    EXPECT_EQ(x.pose.roll, y.pose.roll);
    const auto shut = [](const Rendered& r, std::size_t first) {
      return eye_height(r, first) / apart(r.landmarks[first], r.landmarks[first + 3]);
    };
    const auto open = [](const Rendered& r) {
      return apart(r.landmarks[62], r.landmarks[66]) / apart(r.landmarks[27], r.landmarks[33]);
    };
    for (std::size_t first : {36u, 42u})
      EXPECT_NEAR(shut(x, first), shut(y, first), std::abs(play.yaw) < 30 ? 0.16 : 0.5) << seed;
    EXPECT_NEAR(open(x), open(y), 0.12 + 0.15 * open(x)) << seed;
    for (std::size_t i = 0; i < 68; ++i) EXPECT_LT(apart(x.landmarks[i], y.landmarks[i]), 6.5) << seed << " " << i;
  }
}

TEST(Wild, TakesHaveTheirShareOfEverything) {
  int shut = 0, one_eyed = 0, open = 0, smiles = 0, turned = 0, aside = 0, covered = 0;
  constexpr int count = 2000;
  for (std::uint32_t seed = 0; seed < count; ++seed) {
    const Performance p = wild_performance(seed);
    shut += p.blink[0] > 0.95f && p.blink[1] > 0.95f;
    one_eyed += std::abs(p.blink[0] - p.blink[1]) > 0.5f;
    open += p.mouth_open > 0.05f;
    smiles += p.smile > 0.3f;
    turned += std::abs(p.yaw) > 35;
    aside += std::abs(p.gaze_x) > 12;
    covered += p.occluder != OccluderKind::none;
    EXPECT_LE(std::abs(p.yaw), 60);
    EXPECT_LE(std::abs(p.pitch), 25);
    EXPECT_LE(std::abs(p.roll), 15);
  }
  const auto share = [](int n) { return static_cast<double>(n) / count; };
  EXPECT_NEAR(share(shut), 0.15, 0.03);
  EXPECT_NEAR(share(one_eyed), 0.05, 0.02);
  EXPECT_NEAR(share(open), 0.5, 0.06);
  EXPECT_GT(share(smiles), 0.2);
  EXPECT_NEAR(share(turned), 0.1, 0.06);
  EXPECT_GT(share(aside), 0.25);
  EXPECT_NEAR(share(covered), 0.09, 0.03);
}

TEST(Wild, DrawingOnlyTheFaceLeavesItAsItIs) {
  const Actor actor(wild_identity(5), coarse);
  const Performance play = wild_performance(5);
  const Rendered whole = actor.render(play, {96, 96, 2, true}), part = actor.render(play, {96, 96, 2, true, 1.5});
  EXPECT_EQ(whole.landmarks, part.landmarks);
  Point middle = (whole.landmarks[36] + whole.landmarks[45] + whole.landmarks[57]) * (1.0 / 3);
  int drawn = 0, black = 0;
  for (int y = 0; y < 96; ++y) {
    for (int x = 0; x < 96; ++x) {
      if (apart({static_cast<double>(x), static_cast<double>(y)}, middle) < 14) {
        ++drawn;
        for (int c = 0; c < 3; ++c) ASSERT_EQ(whole.frame_bgr.at(x, y, c), part.frame_bgr.at(x, y, c)) << x << " " << y;
        ASSERT_EQ(whole.face_mask.at(x, y), part.face_mask.at(x, y));
      }
      black += part.frame_bgr.at(x, y, 0) == 0 && part.frame_bgr.at(x, y, 1) == 0 && part.frame_bgr.at(x, y, 2) == 0;
    }
  }
  EXPECT_GT(drawn, 400);
  EXPECT_GT(black, 96 * 96 / 3);
}

TEST(Wild, ColouringOnceAPixelChangesLittle) {
  const Actor actor(wild_identity(6), 0.45f);
  Performance play;
  play.grain = 0;
  const Rendered fine = actor.render(play, {96, 96, 2}), once = actor.render(play, {96, 96, 2, true});
  EXPECT_EQ(fine.occluder_mask, once.occluder_mask);
  double sum = 0;
  int face = 0;
  for (int y = 0; y < 96; ++y) {
    for (int x = 0; x < 96; ++x) {
      if (fine.face_mask.at(x, y) < 255) continue;
      ++face;
      sum += std::abs(fine.frame_bgr.at(x, y, 1) - once.frame_bgr.at(x, y, 1));
    }
  }
  EXPECT_LT(sum / face, 6);
}

TEST(Wild, TheLensChangesThePerspectiveAndNotTheScale) {
  const Actor actor(wild_identity(7), coarse);
  Performance play;
  const Rendered ordinary = actor.render(play, {200, 200, 1, true, 1});
  play.lens = 0.45;
  const Rendered near = actor.render(play, {200, 200, 1, true, 1});
  const auto eyes = [](const Rendered& r) { return apart(r.landmarks[36], r.landmarks[45]); };
  const auto nose = [](const Rendered& r) { return apart(r.landmarks[31], r.landmarks[35]); };
  const auto jaw = [](const Rendered& r) { return apart(r.landmarks[1], r.landmarks[15]); };
  EXPECT_NEAR(eyes(near), eyes(ordinary), 0.05 * eyes(ordinary));
  EXPECT_GT(nose(near) / jaw(near), 1.04 * nose(ordinary) / jaw(ordinary));
}

}  // namespace
}  // namespace understudy::synthetic::wild
