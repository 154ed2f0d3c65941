// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/gaze.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace understudy::merge_gaze {
namespace {

constexpr double width = 40, radius = 8;

// An eye with its corners in a line that is turned, its iris beside the middle: in eye widths, to the right and down.
SeenEye eye_at(Point middle, double angle, Point iris, double open = 0.3) {
  const Point along{std::cos(angle), std::sin(angle)};
  return {middle - along * (width / 2), middle + along * (width / 2),
          middle + Point{width * (iris.x * along.x - iris.y * along.y), width * (iris.x * along.y + iris.y * along.x)},
          radius, open};
}
constexpr double tilt = 0.4;
SeenEyes eyes_of(Point iris, double open = 0.3) {
  return {eye_at({50, 60}, tilt, iris, open), eye_at({120, 60}, tilt, iris, open)};
}

// Light, with a dark disc where each iris is.
ImageF picture_of(const SeenEyes& eyes) {
  ImageF picture(170, 120, 3, 0.8f);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      for (const auto& eye : eyes) {
        const double inside = eye.radius - std::hypot(x - eye.iris.x, y - eye.iris.y);
        for (int c = 0; c < 3; ++c) picture.at(x, y, c) -= static_cast<float>(0.6 * std::clamp(inside, 0.0, 1.0));
      }
    }
  }
  return picture;
}

Point darkest(const ImageF& picture, Point middle) {
  Point sum;
  double weight = 0;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      if (std::hypot(x - middle.x, y - middle.y) > width / 2 + 4) continue;
      const double dark = 0.8 - picture.at(x, y);
      sum = sum + Point{x * dark, y * dark};
      weight += dark;
    }
  }
  return sum * (1 / weight);
}

TEST(Gaze, IrisesGoWhereTheOthersStandInTheirEyes) {
  const auto has = eyes_of({0.02, 0}), wanted = eyes_of({-0.08, 0.03});
  const ImageF picture = picture_of(has);
  for (const double part : {0.5, 1.0}) {
    const ImageF looking = with_gaze(picture, has, wanted, part);
    for (std::size_t e = 0; e < 2; ++e) {
      const Point goal = has[e].iris + (wanted[e].iris - has[e].iris) * part;
      const Point found = darkest(looking, (has[e].left + has[e].right) * 0.5);
      EXPECT_NEAR(found.x, goal.x, 0.25);
      EXPECT_NEAR(found.y, goal.y, 0.25);
    }
  }
}

TEST(Gaze, TheOtherFaceMayBeLargerElsewhereAndTurned) {
  const auto has = eyes_of({0, 0});
  SeenEyes wanted{eye_at({300, 200}, -0.2, {0.1, 0}), eye_at({500, 150}, -0.2, {0.1, 0})};
  const ImageF looking = with_gaze(picture_of(has), has, wanted, 1);
  const Point goal = eyes_of({0.1, 0})[0].iris, found = darkest(looking, {50, 60});
  EXPECT_NEAR(found.x, goal.x, 0.25);
  EXPECT_NEAR(found.y, goal.y, 0.25);
}

TEST(Gaze, NothingElseMoves) {
  const auto has = eyes_of({0, 0}), wanted = eyes_of({0.1, 0});
  const ImageF picture = picture_of(has), looking = with_gaze(picture, has, wanted, 1);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double away =
          std::min(std::hypot(x - has[0].iris.x, y - has[0].iris.y), std::hypot(x - has[1].iris.x, y - has[1].iris.y));
      if (away <= 2.3 * radius + 0.1 * width + 1) continue;
      EXPECT_EQ(looking.at(x, y), picture.at(x, y)) << x << ' ' << y;
    }
  }
  EXPECT_EQ(with_gaze(picture, has, has, 1).data, picture.data);
  EXPECT_EQ(with_gaze(picture, has, wanted, 0).data, picture.data);
}

TEST(Gaze, ShutEyesAreLeftAlone) {
  const auto has = eyes_of({0, 0}), wanted = eyes_of({0.1, 0}, 0.05);
  const ImageF picture = picture_of(has);
  EXPECT_EQ(with_gaze(picture, has, wanted, 1).data, picture.data);
  EXPECT_EQ(with_gaze(picture, eyes_of({0, 0}, 0.05), eyes_of({0.1, 0}), 1).data, picture.data);
}

TEST(Gaze, AWildAnswerOfANetworkTearsNothing) {
  const auto has = eyes_of({0, 0});
  const ImageF picture = picture_of(has);
  const Point found = darkest(with_gaze(picture, has, eyes_of({5, -3}), 1), {50, 60});
  EXPECT_LT(std::hypot(found.x - has[0].iris.x, found.y - has[0].iris.y), 0.16 * width);
  SeenEyes nothing{};  // corners in one point, at the picture's edge
  EXPECT_EQ(with_gaze(picture, nothing, has, 1).data.size(), picture.data.size());
  SeenEyes outside = has;
  for (auto& eye : outside) eye.iris = {-500, 1e5};
  EXPECT_EQ(with_gaze(picture, outside, has, 1).data, picture.data);
}

}  // namespace
}  // namespace understudy::merge_gaze
