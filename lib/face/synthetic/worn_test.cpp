// SPDX-License-Identifier: Apache-2.0
// What people wear and what cameras do: masks and landmarks must hold.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "lib/face/synthetic/camera_look.hpp"
#include "lib/face/synthetic/wild.hpp"

namespace understudy::synthetic::worn {
namespace {

constexpr RenderOptions quick{128, 128, 2, true};
constexpr float coarse = 0.35f;

int covered(const ImageU8& mask) {
  int count = 0;
  for (auto v : mask.data) count += v > 127;
  return count;
}
int mask_at(const ImageU8& mask, Point p) {
  return mask.at(static_cast<int>(std::lround(p.x)), static_cast<int>(std::lround(p.y)));
}
double apart(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }
int brightness(const ImageU8& image, Point p) {
  const int x = static_cast<int>(std::lround(p.x)), y = static_cast<int>(std::lround(p.y));
  return image.at(x, y, 0) + image.at(x, y, 1) + image.at(x, y, 2);
}

TEST(Worn, ABeardIsPartOfTheFaceAndMovesNoLandmark) {
  Identity shaven = demo_identity_a(), bearded = shaven;
  bearded.beard = {.length = 12, .chin = 1, .cheeks = 1, .moustache = 1, .jaw = 1, .colour = {0.1f, 0.07f, 0.05f}};
  Performance play;
  play.mouth_open = 0.4f;
  const Rendered a = Actor(shaven, coarse).render(play, quick), b = Actor(bearded, coarse).render(play, quick);
  EXPECT_EQ(a.landmarks, b.landmarks);
  EXPECT_GT(covered(b.face_mask), covered(a.face_mask));  // it stands out from the jaw
  const Point chin = b.landmarks[57] + (b.landmarks[8] - b.landmarks[57]) * 0.6;
  EXPECT_EQ(mask_at(b.face_mask, chin), 255);
  EXPECT_LT(brightness(b.frame_bgr, chin), 0.6 * brightness(a.frame_bgr, chin));
  const Point brow = b.landmarks[27];
  EXPECT_EQ(brightness(b.frame_bgr, brow), brightness(a.frame_bgr, brow));
}

TEST(Worn, FramesAndDarkLensesAreOccludersAndClearLensesAreNot) {
  Identity bare = demo_identity_b(), clear = bare;
  clear.glasses.shape = GlassesShape::square;
  clear.glasses.thickness = 0.8f;
  Identity dark = clear;
  dark.glasses.tint = 0.9f;
  const Performance play;
  const Rendered a = Actor(bare, coarse).render(play, quick), b = Actor(clear, coarse).render(play, quick),
                 c = Actor(dark, coarse).render(play, quick);
  EXPECT_EQ(a.landmarks, b.landmarks);
  EXPECT_EQ(a.landmarks, c.landmarks);
  EXPECT_EQ(covered(a.occluder_mask), 0);
  EXPECT_GT(covered(b.occluder_mask), 60);
  EXPECT_GT(covered(c.occluder_mask), 2 * covered(b.occluder_mask));
  const Point eye = (a.landmarks[37] + a.landmarks[40]) * 0.5;
  EXPECT_EQ(mask_at(b.face_mask, eye), 255);
  EXPECT_EQ(mask_at(c.face_mask, eye), 0);
  EXPECT_EQ(mask_at(c.occluder_mask, eye), 255);
}

TEST(Worn, AFringeHidesTheForeheadAndIsNoFace) {
  Identity open = demo_identity_a(), fringed = open;
  fringed.hair_look.fringe = 0.7f;
  const Rendered a = Actor(open, coarse).render({}, quick), b = Actor(fringed, coarse).render({}, quick);
  EXPECT_EQ(a.landmarks, b.landmarks);
  EXPECT_LT(covered(b.face_mask), 0.93 * covered(a.face_mask));
  EXPECT_EQ(covered(b.occluder_mask), 0);
}

TEST(Worn, UnevenHalvesMoveTheLandmarksWithThem) {
  Identity even = demo_identity_b(), uneven = even;
  uneven.asymmetry.mouth = 1;
  const Rendered a = Actor(even, coarse).render({}, quick), b = Actor(uneven, coarse).render({}, quick);
  EXPECT_LT(b.landmarks[54].y, a.landmarks[54].y - 0.5);
  EXPECT_GT(b.landmarks[48].y, a.landmarks[48].y + 0.5);
  EXPECT_LT(apart(a.landmarks[27], b.landmarks[27]), 0.3);
}

TEST(Worn, TheFinerPlayMovesWhatItNames) {
  const Actor actor(demo_identity_a(), coarse);
  const auto with = [&](auto&& change) {
    Performance play;
    change(play);
    return actor.render(play, quick).landmarks;
  };
  const auto calm = with([](Performance&) {});
  const auto gap = [](const auto& p, int a, int b) {
    return apart(p[static_cast<std::size_t>(a)], p[static_cast<std::size_t>(b)]);
  };
  EXPECT_LT(gap(with([](Performance& p) { p.lip_press = 1; }), 51, 57), 0.8 * gap(calm, 51, 57));
  EXPECT_GT(gap(with([](Performance& p) { p.upper_lip_raise = 1; }), 62, 66), gap(calm, 62, 66) + 1.3);
  EXPECT_GT(gap(with([](Performance& p) { p.lower_lip_drop = 1; }), 62, 66), gap(calm, 62, 66) + 1.3);
  EXPECT_GT(gap(with([](Performance& p) { p.stretch = 1; }), 48, 54), 1.1 * gap(calm, 48, 54));
  EXPECT_LT(gap(with([](Performance& p) { p.squint = {1, 1}; }), 37, 41), 0.75 * gap(calm, 37, 41));
  EXPECT_GT(with([](Performance& p) { p.jaw_side = 1; })[8].x, calm[8].x + 1);
  EXPECT_GT(with([](Performance& p) { p.mouth_side = 1; })[54].x, calm[54].x + 1);
  const auto smirk = with([](Performance& p) { p.smirk = 1; });
  EXPECT_LT(smirk[54].y, calm[54].y - 1);
  EXPECT_NEAR(smirk[48].y, calm[48].y, 0.5);
}

TEST(Worn, OccludersOfEveryKindAreMaskedAndLeaveTheTruth) {
  const Actor actor(demo_identity_b(), coarse);
  Performance play;
  const Rendered bare = actor.render(play, quick);
  for (auto kind : {OccluderKind::microphone, OccluderKind::cup}) {
    play.occluder = kind;
    play.occluder_y = 0.16;
    const Rendered r = actor.render(play, quick);
    EXPECT_EQ(r.landmarks, bare.landmarks);
    EXPECT_GT(covered(r.occluder_mask), 300);
    EXPECT_LT(covered(r.face_mask), covered(bare.face_mask) - 100);
  }
}

TEST(CameraLook, TheNeutralLookChangesNothing) {
  const ImageU8 before = Actor(demo_identity_a(), 0.25f).render({}, {96, 96, 1, true}).frame_bgr;
  ImageU8 after = before;
  ASSERT_TRUE(apply_camera(after, {}));
  EXPECT_EQ(before, after);
}

TEST(CameraLook, TheSameSeedGivesTheSameBytesAndAnotherOthers) {
  const ImageU8 before = Actor(demo_identity_a(), 0.25f).render({}, {96, 96, 1, true}).frame_bgr;
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    ImageU8 a = before, b = before, c = before;
    ASSERT_TRUE(apply_camera(a, wild_camera(seed)));
    ASSERT_TRUE(apply_camera(b, wild_camera(seed)));
    ASSERT_TRUE(apply_camera(c, wild_camera(seed + 1)));
    EXPECT_EQ(a, b);
    EXPECT_NE(a, c);
    EXPECT_EQ(a.width, before.width);
    EXPECT_EQ(a.height, before.height);
  }
}

// Mean brightness, weighted by channel, of the sixteenths of two frames as they were before people could wear anything:
// what a person may have is off by default. (Bytes differ between machines by their mathematics library.)
TEST(Worn, TheDemosPeopleLookAsTheyAlwaysDid) {
  constexpr std::array<std::array<double, 16>, 2> known{
      {{141.78, 114.31, 105.35, 130.30, 132.06, 171.58, 120.49, 129.75, 129.73, 158.89, 150.09, 130.73, 111.80, 166.47,
        190.04, 115.60},
       {118.14, 93.18, 95.95, 115.68, 114.84, 131.54, 153.71, 121.30, 108.64, 151.68, 140.72, 118.09, 96.16, 144.54,
        158.93, 104.44}}};
  for (std::size_t who = 0; who < 2; ++who) {
    const Actor actor(who == 0 ? demo_identity_a() : demo_identity_b(), coarse);
    const Rendered r = actor.render(who == 0 ? demo_performance_src(0.6) : demo_performance_dst(2.5), {96, 96, 2});
    for (std::size_t cell = 0; cell < 16; ++cell) {
      double sum = 0;
      for (int i = 0; i < 24 * 24; ++i) {
        const int x = static_cast<int>(cell % 4) * 24 + i % 24, y = static_cast<int>(cell / 4) * 24 + i / 24;
        for (int c = 0; c < 3; ++c) sum += (c + 1) * r.frame_bgr.at(x, y, c);
      }
      EXPECT_NEAR(sum / (24 * 24 * 6), known[who][cell], 0.05) << who << " " << cell;
    }
  }
}

// The middle of a bright dot, by its moments.
Point middle_of_light(const ImageU8& image) {
  double sum = 0, x = 0, y = 0;
  for (int j = 0; j < image.height; ++j) {
    for (int i = 0; i < image.width; ++i) {
      const double v = std::max(0, image.at(i, j, 1) - 128);
      sum += v, x += v * i, y += v * j;
    }
  }
  return {x / sum, y / sum};
}

TEST(CameraLook, NothingIsMoved) {
  ImageU8 dot(128, 128, 3, 60);
  for (int y = 50; y < 61; ++y)
    for (int x = 70; x < 81; ++x)
      for (int c = 0; c < 3; ++c) dot.at(x, y, c) = 240;
  CameraLook look;
  look.defocus = 2;
  look.motion = 8;
  look.motion_angle = 30;
  look.shrink = 2.5f;
  look.sharpen = 1;
  look.jpeg = 40;
  look.video = true;
  look.vignette = 0.2f;
  ASSERT_TRUE(apply_camera(dot, look));
  EXPECT_NEAR(middle_of_light(dot).x, 75, 0.35);
  EXPECT_NEAR(middle_of_light(dot).y, 55, 0.35);
}

TEST(CameraLook, EachPartDoesWhatItSays) {
  const ImageU8 before = Actor(demo_identity_a(), 0.25f).render({}, {96, 96, 1, true}).frame_bgr;
  const auto mean = [](const ImageU8& image, int channel) {
    double sum = 0;
    for (std::size_t i = static_cast<std::size_t>(channel); i < image.data.size(); i += 3) sum += image.data[i];
    return 3 * sum / static_cast<double>(image.data.size());
  };
  const auto roughness = [](const ImageU8& image) {
    double sum = 0;
    for (std::size_t i = 3; i < image.data.size(); ++i) sum += std::abs(image.data[i] - image.data[i - 3]);
    return sum;
  };
  const auto with = [&](auto&& change) {
    ImageU8 image = before;
    CameraLook look;
    change(look);
    EXPECT_TRUE(apply_camera(image, look));
    return image;
  };
  EXPECT_LT(mean(with([](CameraLook& l) { l.exposure = -1; }), 1), 0.8 * mean(before, 1));
  const ImageU8 warm = with([](CameraLook& l) { l.white_balance = {1.2f, 1, 0.8f}; });
  EXPECT_GT(mean(warm, 2), mean(before, 2) + 3);
  EXPECT_LT(mean(warm, 0), mean(before, 0) - 3);
  EXPECT_LT(roughness(with([](CameraLook& l) { l.defocus = 2; })), 0.7 * roughness(before));
  EXPECT_LT(roughness(with([](CameraLook& l) { l.motion = 14; })), 0.9 * roughness(before));
  EXPECT_LT(roughness(with([](CameraLook& l) { l.shrink = 3; })), 0.8 * roughness(before));
  EXPECT_GT(roughness(with([](CameraLook& l) { l.noise = 8; })), 1.2 * roughness(before));
  EXPECT_GT(roughness(with([](CameraLook& l) { l.sharpen = 1; })), 1.1 * roughness(before));
  const ImageU8 grey = with([](CameraLook& l) { l.saturation = 0; });
  EXPECT_NEAR(mean(grey, 0), mean(grey, 2), 0.6);
}

}  // namespace
}  // namespace understudy::synthetic::worn
