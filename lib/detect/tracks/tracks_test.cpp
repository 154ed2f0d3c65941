// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "lib/detect/tracks/link.hpp"
#include "lib/detect/tracks/signature.hpp"
#include "lib/detect/tracks/smoother.hpp"
#include "lib/detect/tracks/steady.hpp"

namespace understudy {
namespace {

std::vector<double> trembling(std::size_t count, double sigma, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, sigma);
  std::vector<double> values(count);
  for (auto& v : values) v = normal(random);
  return values;
}

double rms(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

std::vector<Moment> moments_along(const std::vector<Standing>& standings) {
  std::vector<Moment> moments;
  for (const auto& s : standings) moments.push_back({true, false, s});
  return moments;
}

TEST(LocalFit, IsExactForItsPolynomials) {
  std::vector<double> values, weights(30, 1);
  for (int i = 0; i < 30; ++i) values.push_back(3 - 0.5 * i + 0.2 * i * i);
  weights[14] = weights[17] = 0;
  values[14] = 1e9;
  for (const std::size_t at : {std::size_t{0}, std::size_t{3}, std::size_t{14}, std::size_t{29}}) {
    const Kernel kernel = kernel_at(weights, at, {2, 6});
    ASSERT_TRUE(kernel.valid());
    double sum = 0;
    for (std::size_t k = 0; k < kernel.factors.size(); ++k) sum += kernel.factors[k] * values[kernel.first + k];
    const double i = static_cast<double>(at);
    EXPECT_NEAR(sum, 3 - 0.5 * i + 0.2 * i * i, 1e-5) << at;
  }
  EXPECT_FALSE(kernel_at(std::vector<double>(9, 0.0), 4, {0, 4}).valid());
}

TEST(LocalFit, MeasuresTheNoiseUnderAMotion) {
  auto values = trembling(200, 0.7, 3);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += 40 * std::sin(static_cast<double>(i) * 0.05);
  EXPECT_NEAR(noise_of(values, std::vector<double>(200, 1)), 0.7, 0.15);
}

TEST(Smoother, StillnessStaysStill) {
  const auto x = trembling(120, 1, 1), angle = trembling(120, 0.01, 2);
  std::vector<Standing> raw;
  for (std::size_t i = 0; i < 120; ++i) raw.push_back({200 + x[i], 150, 4.5, angle[i]});
  std::vector<double> left;
  for (const auto& s : smoothed(moments_along(raw))) left.push_back(s.x - 200);
  EXPECT_LT(rms(left), 0.35);
}

// A swing at a turn a second: no lag, and the motion is kept.
TEST(Smoother, MotionIsKeptWithoutLag) {
  const auto noise = trembling(150, 0.5, 5);
  std::vector<Standing> raw;
  auto truth = [](double i) { return 200 + 30 * std::sin(i * 0.21); };
  for (std::size_t i = 0; i < 150; ++i) raw.push_back({truth(static_cast<double>(i)) + noise[i], 150, 4.5, 0});
  const auto out = smoothed(moments_along(raw));
  auto error_at_lag = [&](double lag) {
    std::vector<double> errors;
    for (std::size_t i = 5; i < 145; ++i) errors.push_back(out[i].x - truth(static_cast<double>(i) - lag));
    return rms(errors);
  };
  EXPECT_LT(error_at_lag(0), 0.45);
  EXPECT_LT(error_at_lag(0), error_at_lag(0.1));
  EXPECT_LT(error_at_lag(0), error_at_lag(-0.1));
}

TEST(Smoother, AStepIsNotRounded) {
  std::vector<Standing> raw;
  const auto noise = trembling(80, 0.2, 9);
  for (std::size_t i = 0; i < 80; ++i) raw.push_back({(i < 40 ? 100.0 : 112.0) + noise[i], 150, 4.5, 0});
  const auto out = smoothed(moments_along(raw));
  EXPECT_NEAR(out[39].x, 100, 0.8);
  EXPECT_NEAR(out[40].x, 112, 0.8);
}

TEST(Smoother, ABlinkDoesNotMoveAFaceThatSitsStill) {
  std::vector<Standing> raw;
  const auto noise = trembling(80, 0.05, 4);
  for (std::size_t i = 0; i < 80; ++i) raw.push_back({100, 150 + noise[i] + (i >= 40 && i < 44 ? 0.8 : 0), 4.5, 0});
  const auto out = smoothed(moments_along(raw));
  for (std::size_t i = 0; i < 80; ++i) EXPECT_NEAR(out[i].y, 150, 0.1) << i;
}

// Half of what the mouth does is a nod of the mesh; it goes where the head is calm, and a head that moves is left
// alone.
TEST(Smoother, SpeechIsTakenOutOfWhereAFaceStands) {
  const auto noise = trembling(90, 0.05, 6), mouth_noise = trembling(90, 0.002, 7);
  for (const bool moves : {false, true}) {
    std::vector<Standing> raw;
    std::vector<std::optional<Play>> plays;
    for (std::size_t i = 0; i < 90; ++i) {
      const double t = static_cast<double>(i), open = i % 9 < 4 ? 0.08 : 0;
      raw.push_back({100 + (moves ? 12 * std::sin(t * 0.5) : 0), 150 + noise[i] + 5 * open, 4, 0.05 * open});
      plays.push_back(Play{open + mouth_noise[i], 0.6, 0.1, 0.5});
    }
    plays[40].reset();
    const auto out = steadied(raw, plays);
    std::vector<double> left, moved;
    for (std::size_t i = 0; i < 90; ++i) left.push_back(out[i].y - 150.2), moved.push_back(out[i].x - raw[i].x);
    EXPECT_LT(rms(moved), 0.05);
    if (moves) {
      EXPECT_GT(rms(left), 0.15);
    } else {
      EXPECT_LT(rms(left), 0.1);
    }
  }
}

TEST(Smoother, OutliersAreFilledAndPinnedFacesStay) {
  std::vector<Standing> raw;
  for (int i = 0; i < 40; ++i) raw.push_back({100.0 + i, 150, 4, 3.1 + 0.005 * i - (i > 10 ? 6.283185307179586 : 0)});
  auto moments = moments_along(raw);
  moments[20].standing.x += 30;
  EXPECT_EQ(drop_outliers(moments), 1);
  EXPECT_FALSE(moments[20].seen);
  moments[30].pinned = true;
  moments[30].standing.x += 3;
  const auto out = smoothed(moments);
  EXPECT_NEAR(out[20].x, 120, 0.1);
  EXPECT_EQ(out[30].x, 133);
  EXPECT_NEAR(out[15].angle, 3.175, 1e-3);
}

TEST(Smoother, AJumpForGoodIsACut) {
  std::vector<Standing> raw;
  for (int i = 0; i < 40; ++i) raw.push_back({(i < 25 ? 100.0 : 190.0) + 0.3 * i, 150, 4.5, 0});
  EXPECT_EQ(jumps(moments_along(raw)), (std::vector<std::size_t>{25}));
}

TEST(Smoother, ShapesGoToTheUnitSquareAndBack) {
  Mesh468 mesh{};
  for (std::size_t i = 0; i < mesh.size(); ++i)
    mesh[i] = {static_cast<float>(100 + i % 30), static_cast<float>(200 + i / 30), static_cast<float>(i % 7)};
  const Standing standing{120, 210, 3, 0.4};
  const auto again = placed(shape_of(mesh, standing), standing);
  for (std::size_t i = 0; i < mesh.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(again[i][c], mesh[i][c], 1e-3);
  }
}

TEST(Signature, SeesCutsNotMotionNotFlashes) {
  auto scene = [](int shift, int base) {
    ImageU8 frame(160, 120, 3);
    for (int y = 0; y < 120; ++y) {
      for (int x = 0; x < 160; ++x) {
        for (int c = 0; c < 3; ++c)
          frame.at(x, y, c) = static_cast<std::uint8_t>(base + 60 * std::sin((x + shift) * 0.05) * std::cos(y * 0.07));
      }
    }
    return frame;
  };
  std::vector<Signature> frames;
  for (int i = 0; i < 30; ++i) {
    const bool flash = i == 8, second = i >= 20;
    frames.push_back(signature_of(second ? scene(40 - i, 80) : flash ? scene(i * 2, 190) : scene(i * 2, 130)));
  }
  const auto begins = shot_begins(frames);
  for (std::size_t i = 0; i < begins.size(); ++i) EXPECT_EQ(begins[i], i == 0 || i == 20) << i;
}

Sighting at(double x, float confidence = 0.9f) { return {0, {x, 100, 4, 0}, confidence, false}; }

TEST(Link, TwoPeopleKeepTheirTracksThroughAGap) {
  Sightings frames(20);
  for (int f = 0; f < 20; ++f) {
    auto& faces = frames[static_cast<std::size_t>(f)];
    if (f < 8 || f > 12) faces.push_back(at(100 + 5 * f));
    faces.push_back(at(400 - 5 * f));
    if (f % 2 == 1) std::reverse(faces.begin(), faces.end());
    for (std::size_t i = 0; i < faces.size(); ++i) faces[i].face = static_cast<int>(i);
  }
  std::vector<bool> begins(20);
  begins[0] = true;
  const auto tracks = link(frames, begins);
  ASSERT_EQ(tracks.size(), 2u);
  EXPECT_EQ(tracks[0].size(), 15u);
  EXPECT_EQ(tracks[1].size(), 20u);
  begins[10] = true;
  EXPECT_EQ(link(frames, begins).size(), 4u);
}

TEST(Link, ShortUnsureTracksAreFlicker) {
  std::vector<bool> begins(20);
  begins[0] = begins[10] = true;
  auto track = [](std::int64_t first, int length, float confidence) {
    Track t;
    for (int i = 0; i < length; ++i) t.push_back({first + i, at(100, confidence)});
    return t;
  };
  EXPECT_TRUE(is_flicker(track(5, 2, 0.5f), begins));
  EXPECT_FALSE(is_flicker(track(5, 2, 0.9f), begins));
  EXPECT_FALSE(is_flicker(track(3, 4, 0.5f), begins));
  begins[11] = true;
  EXPECT_FALSE(is_flicker(track(10, 1, 0.5f), begins));  // a shot of one frame, as in a folder of pictures
}

}  // namespace
}  // namespace understudy
