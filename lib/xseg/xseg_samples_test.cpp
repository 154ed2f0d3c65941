// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/face/face_file.hpp"
#include "lib/image/convert.hpp"
#include "lib/xseg/labelled_faces.hpp"
#include "lib/xseg/occluders.hpp"
#include "lib/xseg/xseg_options.hpp"

namespace understudy {
namespace {

XsegSample square_sample(float face, float rest, int first, int last) {
  XsegSample sample{ImageF(256, 256, 3, rest), ImageF(256, 256, 1, 0.0f)};
  for (int y = first; y < last; ++y) {
    for (int x = first; x < last; ++x) {
      sample.mask.at(x, y) = 1;
      for (int c = 0; c < 3; ++c) sample.bgr.at(x, y, c) = face;
    }
  }
  return sample;
}

TEST(XsegAugment, StaysAPictureAndAMaskAndFollowsItsNumbers) {
  const XsegSample face = square_sample(0.8f, 0.2f, 80, 180), other = square_sample(0.5f, 0.6f, 20, 120);
  bool mask_moved = false;
  for (std::uint64_t n = 0; n < 24; ++n) {
    CounterRandom a(1, 5, n), b(1, 5, n);
    const XsegSample one = augmented(face, &other, a), two = augmented(face, &other, b);
    EXPECT_EQ(one.bgr.data, two.bgr.data);
    EXPECT_EQ(one.mask.data, two.mask.data);
    EXPECT_TRUE(std::ranges::all_of(one.bgr.data, [](float v) { return v >= 0 && v <= 1; }));
    EXPECT_TRUE(std::ranges::all_of(one.mask.data, [](float v) { return v == 0 || v == 1; }));
    const auto inside = std::ranges::count(one.mask.data, 1.0f);
    EXPECT_GT(inside, 7000);  // of 10,000: moved and warped, not lost
    EXPECT_LT(inside, 13000);
    mask_moved |= one.mask.data != face.mask.data;
  }
  EXPECT_TRUE(mask_moved);
}

TEST(XsegAugment, LevelsAndCirclesStayInRange) {
  for (std::uint64_t n = 0; n < 50; ++n) {
    CounterRandom random(2, 5, n);
    const ImageF circle = random_circle(64, 48, random);
    EXPECT_TRUE(std::ranges::all_of(circle.data, [](float v) { return v >= 0 && v <= 1; }));
    ImageF ramp(4, 1, 3);
    for (std::size_t i = 0; i < ramp.data.size(); ++i) ramp.data[i] = static_cast<float>(i / 3) / 3;
    const ImageF out = random_rgb_levels(ramp, random);
    for (std::size_t i = 3; i < out.data.size(); ++i) EXPECT_GE(out.data[i], out.data[i - 3] - 1e-6f);
    EXPECT_LE(out.data[0], 0.25f);
    EXPECT_GE(out.data[9], 0.75f);
  }
}

Face labelled(FaceType type, int side) {
  Face face{ImageU8(side, side, 3, 90), {}};
  face.info.face_type = type;
  const double s = side / 4.0;
  for (std::size_t k = 0; k < 68; ++k)
    face.info.landmarks[k] = {s + 2 * s * canonical_landmarks[k].x, s + 2 * s * canonical_landmarks[k].y};
  face.info.polygons = {{Polygon::Kind::include, {{s, s}, {3 * s, s}, {3 * s, 3 * s}, {s, 3 * s}}}};
  return face;
}

TEST(LabelledFace, PolygonsGoBeforeAStoredMask) {
  Face face = labelled(FaceType::whole, 128);
  ImageF other(128, 128, 1, 1.0f);
  face.info.xseg_mask = *encode_mask(other);
  const auto made = labelled_face(face, FaceType::whole);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->mask.width, 256);
  EXPECT_EQ(made->mask.at(10, 10), 0);
  EXPECT_EQ(made->mask.at(128, 128), 255);
  face.info.polygons.clear();
  EXPECT_EQ(labelled_face(face, FaceType::whole)->mask.at(10, 10), 255);
  face.info.xseg_mask.reset();
  EXPECT_FALSE(labelled_face(face, FaceType::whole));
}

// Landmarks are those of its pixels, whatever crop it came from.
TEST(LabelledFace, KnowsItsLandmarks) {
  const Face face = labelled(FaceType::whole, 128);
  const auto same = labelled_face(face, FaceType::whole), other = labelled_face(face, FaceType::full);
  ASSERT_TRUE(same && other);
  const Affine to_full = face_matrix(face.info.landmarks, 256, FaceType::full);
  for (std::size_t k = 0; k < 68; k += 17) {
    EXPECT_NEAR(same->landmarks[k].x, 2 * face.info.landmarks[k].x + 0.5, 1e-9);  // pixels from their middles
    EXPECT_NEAR(other->landmarks[k].y, transformed(face.info.landmarks, to_full)[k].y, 1e-9);
  }
}

TEST(Occluders, HidePartOfTheFaceAndNeverShowMore) {
  const auto face = labelled_face(labelled(FaceType::whole, 128), FaceType::whole);
  ASSERT_TRUE(face);
  const ImageF label = to_float(face->mask);
  int hidden = 0, bare = 0;
  constexpr int tries = 24;
  for (std::uint64_t i = 0; i < tries; ++i) {
    XsegSample sample{to_float(face->bgr), label}, again = sample;
    CounterRandom random(5, 1, i), same(5, 1, i);
    put_things_before(sample, face->landmarks, random);
    put_things_before(again, face->landmarks, same);
    EXPECT_EQ(sample.bgr, again.bgr);
    EXPECT_EQ(sample.mask, again.mask);
    for (std::size_t p = 0; p < label.data.size(); ++p) ASSERT_LE(sample.mask.data[p], label.data[p]);
    hidden += sample.mask != label;
    bare += sample.bgr == to_float(face->bgr);
  }
  EXPECT_GT(hidden, tries / 4);
  EXPECT_GT(bare, 0);
  EXPECT_LT(bare, tries * 2 / 3);
}

TEST(XsegModel, OfBeforeThereWereOccludersGoesOnWithoutThem) {
  auto j = to_json(XsegDescription{});
  EXPECT_TRUE(xseg_description_from_json(j, "it")->options.occluders);
  j["options"].erase("occluders");
  EXPECT_FALSE(xseg_description_from_json(j, "it")->options.occluders);
}

TEST(LabelledFace, AnotherTypeIsCropped) {
  const Face face = labelled(FaceType::whole, 256);
  const auto full = labelled_face(face, FaceType::full), whole = labelled_face(face, FaceType::whole);
  ASSERT_TRUE(full && whole);
  const auto inside = [](const LabelledFace& f) { return std::ranges::count(f.mask.data, 255); };
  EXPECT_GT(inside(*full), inside(*whole));  // the narrower crop shows it larger
}

}  // namespace
}  // namespace understudy
