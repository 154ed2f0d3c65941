// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/eye_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lib/face/synthetic/synthetic.hpp"
#include "lib/image/convert.hpp"

namespace understudy {
namespace {

constexpr int size = 256;

struct Drawn {
  ImageF bgr;
  Landmarks68 landmarks{};
};
Drawn drawn(float gaze_x, float shut = 0) {
  const synthetic::Actor actor(synthetic::demo_identity_a(), 0.6f);
  auto played = synthetic::demo_performance_dst(1.5);
  played.gaze_x = gaze_x;
  played.blink = {shut, shut};
  const auto r = actor.render(played, {size, size, 1});
  Drawn picture{to_float(r.frame_bgr), {}};
  std::ranges::copy(r.landmarks, picture.landmarks.begin());
  return picture;
}

// Of the iris from the middle of its eye, to the image's right, over the eye's width; mean of both.
double side_glance(const SeenEyes& eyes) {
  double sum = 0;
  for (const auto& eye : eyes)
    sum += (eye.iris.x - (eye.left.x + eye.right.x) / 2) / std::abs(eye.right.x - eye.left.x) / 2;
  return sum;
}

class Eyes : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = EyeReader::open(1);
    ASSERT_TRUE(opened) << to_sentence(opened.error());
    reader = *std::move(opened);
  }
  SeenEyes read(const ImageF& bgr, const Landmarks68& landmarks) {
    const auto seen = reader->read(bgr, landmarks);
    EXPECT_TRUE(seen && *seen);
    return seen && *seen ? **seen : SeenEyes{};
  }
  std::unique_ptr<EyeReader> reader;
};

TEST_F(Eyes, AFaceThatLooksAsideLooksWhereTheOtherDoes) {
  const auto [left, left_landmarks] = drawn(-14);
  const auto [right, right_landmarks] = drawn(14);
  const auto has = read(left, left_landmarks), wanted = read(right, right_landmarks);
  const double way = side_glance(wanted) - side_glance(has);
  EXPECT_GT(std::abs(way), 0.05);
  const auto now = read(with_gaze(left, has, wanted, 1), left_landmarks);
  EXPECT_NEAR(side_glance(now), side_glance(wanted), 0.4 * std::abs(way));
}

TEST_F(Eyes, ShutEyesAreToldAsShut) {
  const auto [open, landmarks] = drawn(0);
  const auto [shut, shut_landmarks] = drawn(0, 1);
  const auto has = read(open, landmarks), closed = read(shut, shut_landmarks);
  for (std::size_t e = 0; e < 2; ++e) EXPECT_LT(closed[e].open, has[e].open / 2);
}

TEST_F(Eyes, WhereThereIsNoFaceNothingIsSeen) {
  const auto [face, landmarks] = drawn(0);
  const auto seen = reader->read(ImageF(size, size, 3, 0.5f), landmarks);
  ASSERT_TRUE(seen) << to_sentence(seen.error());
  EXPECT_FALSE(*seen);
}

}  // namespace
}  // namespace understudy
