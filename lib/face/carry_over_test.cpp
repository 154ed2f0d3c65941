// SPDX-License-Identifier: Apache-2.0
#include "lib/face/carry_over.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace understudy {
namespace {

// Two crops of the same frame: one of 100 pixels a side, one turned by a quarter, twice as large.
FaceInfo crop(const Affine& from_frame) {
  FaceInfo info;
  info.image_to_face_mat = from_frame;
  return info;
}
const Affine small{{1, 0, -20, 0, 1, -30}};
const Affine turned{{0, -2, 260, 2, 0, -40}};

TEST(CarryOver, PointsLieOnTheSameSpotOfTheFrame) {
  FaceInfo from = crop(small);
  from.polygons = {{Polygon::Kind::include, {{10, 20}, {80, 20}, {80, 90}}}};
  from.eyebrows_expand_mod = 1.5;
  from.extra = {{"somebodys_key", pickle::Value(7)}, {"understudy_track", pickle::Value(3)}};
  FaceInfo to = crop(turned);
  ASSERT_TRUE(carry_hand_work(from, 100, to, 200));
  ASSERT_EQ(to.polygons.size(), 1u);
  for (std::size_t i = 0; i < 3; ++i) {
    const Point a = small.inverse()(from.polygons[0].points[i]), b = turned.inverse()(to.polygons[0].points[i]);
    EXPECT_NEAR(a.x, b.x, 1e-9);
    EXPECT_NEAR(a.y, b.y, 1e-9);
  }
  EXPECT_EQ(to.eyebrows_expand_mod, 1.5);
  ASSERT_EQ(to.extra.size(), 1u);  // the track is the new crop's own affair
  EXPECT_EQ(to.extra[0].first, "somebodys_key");
  EXPECT_TRUE(has_hand_work(to));
  EXPECT_FALSE(has_hand_work(crop(small)));
}

TEST(CarryOver, AMaskIsTurnedWithTheCrop) {
  FaceInfo from = crop(small);
  ImageF mask(64, 64, 1);
  for (int y = 8; y < 24; ++y)
    for (int x = 32; x < 56; ++x) mask.at(x, y) = 1;
  from.xseg_mask = *encode_mask(mask);
  FaceInfo to = crop(turned);
  ASSERT_TRUE(carry_hand_work(from, 100, to, 200));
  const ImageF moved = *decode_mask(*to.xseg_mask);
  const Affine new_from_old = turned * small.inverse();
  int differ = 0;
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 64; ++x) {
      // The pixel of the old crop that this pixel of the mask shows.
      const Point in_new{(x + 0.5) * 200 / 64 - 0.5, (y + 0.5) * 200 / 64 - 0.5};
      const Point in_old = new_from_old.inverse()(in_new);
      const double mx = (in_old.x + 0.5) * 64 / 100, my = (in_old.y + 0.5) * 64 / 100;
      differ += (moved.at(x, y) > 0.5F) != (mx > 32 && mx < 56 && my > 8 && my < 24);
    }
  EXPECT_LE(differ, 64 * 64 / 50);
  FaceInfo same = crop(small);
  ASSERT_TRUE(carry_hand_work(from, 100, same, 100));
  EXPECT_EQ(same.xseg_mask, from.xseg_mask);  // not decoded and encoded again
}

TEST(CarryOver, AnAlignmentThatCannotBeTurnedRoundIsRefused) {
  FaceInfo from = crop(Affine{{0, 0, 0, 0, 0, 0}});
  from.polygons = {{Polygon::Kind::include, {{1, 2}}}};
  FaceInfo to = crop(small);
  EXPECT_EQ(carry_hand_work(from, 100, to, 100).error().code, Code::bad_file);
}

}  // namespace
}  // namespace understudy
