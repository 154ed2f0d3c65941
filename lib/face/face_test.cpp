// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/extra_keys.hpp"
#include "lib/face/face_file.hpp"
#include "lib/face/faceset.hpp"
#include "lib/face/landmarks.hpp"
#include "lib/face/masks.hpp"
#include "lib/face/pak_write.hpp"
#include "lib/image/codec.hpp"

namespace understudy {
namespace {

Landmarks68 example(double scale = 200, Point at = {100, 80}) {
  Landmarks68 out = canonical_landmarks;
  for (int i = 0; i < 17; ++i) {  // a jaw that fits below the table's points
    const double angle = 3.14159265 * i / 16;
    out[static_cast<std::size_t>(i)] = {0.5 - 0.68 * std::cos(angle), 0.25 + 0.95 * std::sin(angle)};
  }
  for (auto& p : out) p = p * scale + at;
  return out;
}

FaceInfo example_info() {
  FaceInfo info;
  info.face_type = FaceType::whole;
  info.landmarks = example(100, {60, 60});
  info.source_filename = "00042.png";
  info.source_rect = Rect{10, 20, 300, 400};
  info.source_landmarks = example();
  info.image_to_face_mat = face_matrix(example(), 256, FaceType::whole);
  info.polygons = {{Polygon::Kind::include, {{1.5, 2.5}, {30, 4}, {5, 60}}},
                   {Polygon::Kind::exclude, {{1, 2}, {3, 4}, {5, 6}}}};
  info.xseg_mask = *encode_mask(hull_mask(64, 64, example(30, {15, 15})));
  info.mesh = Mesh468{};
  (*info.mesh)[467] = {1, 2, 3};
  info.extra.emplace_back("understudy_score", pickle::Value(0.75));
  info.extra.emplace_back("fanseg_mask", pickle::Value("kept"));
  return info;
}

void expect_same(const FaceInfo& a, const FaceInfo& b) {
  EXPECT_EQ(a.face_type, b.face_type);
  EXPECT_EQ(a.landmarks, b.landmarks);
  EXPECT_EQ(a.source_filename, b.source_filename);
  EXPECT_EQ(a.source_rect, b.source_rect);
  EXPECT_EQ(a.source_landmarks, b.source_landmarks);
  EXPECT_EQ(a.image_to_face_mat, b.image_to_face_mat);
  EXPECT_EQ(a.polygons, b.polygons);
  EXPECT_EQ(a.xseg_mask, b.xseg_mask);
  EXPECT_EQ(a.mesh, b.mesh);
  EXPECT_EQ(a.extra, b.extra);
}

ImageU8 picture() {
  ImageU8 image(96, 64, 3);
  for (std::size_t i = 0; i < image.data.size(); ++i) image.data[i] = static_cast<std::uint8_t>(i % 251 / 4 + 60);
  return image;
}

TEST(Geometry, SimilarityIsRecovered) {
  const Affine truth{{0.6, -0.8, 5, 0.8, 0.6, -3}};
  std::vector<Point> from = {{0, 0}, {10, 1}, {4, 7}, {-3, 2}}, to;
  for (const Point p : from) to.push_back(truth(p));
  const Affine found = similarity(from, to);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(found.m[i], truth.m[i], 1e-12);
}

TEST(Geometry, CropCornersAndScale) {
  const auto landmarks = example();
  const Affine m = face_matrix(landmarks, 256, FaceType::whole);
  EXPECT_NEAR(m(Point{100 + 0.5 * 200, 80 + 0.43 * 200}).x, 128, 1e-9);
  EXPECT_NEAR(m(Point{100 + 0.5 * 200, 80 + 0.43 * 200}).y, 128, 1e-9);
  const auto corners = crop_corners(landmarks, FaceType::whole);
  EXPECT_NEAR(corners[1].x - corners[0].x, 200 * 2.131371, 1e-3);
  const Affine zoomed = face_matrix(landmarks, 256, FaceType::whole, 1.1);
  EXPECT_NEAR(zoomed.m[0] / m.m[0], 1.1, 1e-12);
}

TEST(Geometry, RetypingThroughTheCropIsTheSame) {
  const auto landmarks = example(150, {200, 100});
  const Affine whole = face_matrix(landmarks, 512, FaceType::whole), full = face_matrix(landmarks, 256, FaceType::full);
  const Affine direct = face_matrix(transformed(landmarks, whole), 256, FaceType::full);
  const Affine composed = full * whole.inverse();
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(direct.m[i], composed.m[i], 1e-6);
}

TEST(Geometry, MirrorTwiceIsIdentity) {
  const auto landmarks = example();
  const auto back = mirrored(mirrored(landmarks, 480), 480);
  for (std::size_t i = 0; i < 68; ++i) EXPECT_NEAR(back[i].x, landmarks[i].x, 1e-9);
  EXPECT_NEAR(mirrored(landmarks, 480)[36].x, 479 - landmarks[45].x, 1e-9);
}

TEST(Geometry, TruePoseOfAFrontalFaceIsSmall) {
  const auto in_crop = transformed(example(), face_matrix(example(), 256, FaceType::whole));
  const Pose pose = true_pose(in_crop, 256);
  EXPECT_LT(std::abs(pose.yaw), 0.15);
  EXPECT_LT(std::abs(pose.roll), 0.1);
}

TEST(FaceTypes, NamesRoundTrip) {
  for (const auto type : {FaceType::half, FaceType::midfull, FaceType::full, FaceType::full_no_align, FaceType::whole,
                          FaceType::head, FaceType::head_no_align, FaceType::mark_only}) {
    EXPECT_EQ(face_type_from_name(face_type_name(type)), type);
    EXPECT_EQ(face_type_from_code(static_cast<int>(type)), type);
  }
  EXPECT_EQ(face_type_from_name("Whole_Face"), FaceType::whole);
  EXPECT_EQ(face_type_from_key("wf"), FaceType::whole);
  EXPECT_FALSE(face_type_from_name("mouth"));
}

TEST(Masks, HullStaysAmongItsPoints) {
  const auto mask = hull_mask(480, 360, example());
  const auto points = expanded_brows(example(), 1);
  const auto [left, right] = std::ranges::minmax(points, {}, [](const auto& p) { return p[0]; });
  const auto [top, bottom] = std::ranges::minmax(points, {}, [](const auto& p) { return p[1]; });
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      const bool inside = x >= left[0] && x <= right[0] && y >= top[1] && y <= bottom[1];
      ASSERT_TRUE(inside || mask.at(x, y) == 0) << x << " " << y;
    }
  }
  EXPECT_EQ(mask.at(200, 200), 1);
}

TEST(Masks, WildLandmarksAreSurvived) {
  Landmarks68 wild;
  std::mt19937 random(3);
  for (auto& p : wild) p = {double(random()) * 1e3, std::nan("")};
  EXPECT_EQ(hull_mask(50, 40, wild).width, 50);
  EXPECT_EQ(eyes_mouth_mask(50, 40, wild).width, 50);
  ImageU8 image(50, 40, 3);
  draw_landmarks(image, wild);
}

TEST(Masks, ExcludeWinsAfterSorting) {
  const Polygon include{Polygon::Kind::include, {{5, 5}, {40, 5}, {40, 40}, {5, 40}}};
  const Polygon exclude{Polygon::Kind::exclude, {{10, 10}, {20, 10}, {20, 20}, {10, 20}}};
  const auto mask = polygon_mask(50, 50, includes_first({exclude, include, {}}));
  EXPECT_EQ(mask.at(15, 15), 0);
  EXPECT_EQ(mask.at(30, 30), 1);
  EXPECT_EQ(mask.at(1, 1), 0);
}

TEST(FaceFile, MetadataRoundTripsWithoutTouchingThePixels) {
  const auto jpeg = *encode_jpeg(picture());
  const auto once = with_face_info(jpeg, example_info());
  ASSERT_TRUE(once) << to_sentence(once.error());
  const auto info = face_info_from_jpeg(*once);
  ASSERT_TRUE(info) << to_sentence(info.error());
  expect_same(*info, example_info());
  EXPECT_EQ(*decode_image(*once), *decode_image(jpeg));
  const auto twice = with_face_info(*once, *info);
  EXPECT_EQ(*twice, *once);
  EXPECT_EQ(face_info_from_jpeg(jpeg).error().code, Code::not_found);
}

TEST(FaceFile, TooMuchMetadataIsRefused) {
  auto info = example_info();
  info.extra.emplace_back("understudy_blob", pickle::Value(std::string(70000, 'x')));
  EXPECT_FALSE(with_face_info(*encode_jpeg(picture()), info));
}

TEST(FaceFile, DamageIsSurvived) {
  const auto file = *with_face_info(*encode_jpeg(picture()), example_info());
  for (std::size_t size = 0; size < file.size(); size += 7) {
    [[maybe_unused]] const auto info = face_info_from_jpeg(std::span(file).first(size));
  }
  std::mt19937 random(5);
  for (int i = 0; i < 3000; ++i) {
    auto damaged = file;
    damaged[random() % 9000 % damaged.size()] = static_cast<std::uint8_t>(random());
    [[maybe_unused]] const auto info = face_info_from_jpeg(damaged);
  }
}

TEST(FaceFile, MaskFitsTheLimit) {
  ImageF noise(512, 512, 1);
  std::mt19937 random(2);
  for (auto& v : noise.data) v = static_cast<float>(random() % 256) / 255.0f;
  const auto encoded = encode_mask(noise);
  ASSERT_TRUE(encoded);
  EXPECT_LE(encoded->size(), 50000u);
  EXPECT_EQ(decode_mask(*encoded)->width, 512);
}

class FacesetTest : public testing::Test {
 protected:
  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
};

TEST_F(FacesetTest, LooseAndPackedAreTheSame) {
  ASSERT_TRUE(write_face_jpeg(folder_ / "00002_0.jpg", picture(), 90, example_info()));
  auto other = example_info();
  other.source_filename = "00001.png";
  other.xseg_mask.reset();
  other.polygons.clear();
  ASSERT_TRUE(write_face_jpeg(folder_ / "00001_0.jpg", picture(), 90, other));
  ASSERT_TRUE(write_image(folder_ / "stranger.jpg", picture()));
  const auto loose = Faceset::open(folder_);
  ASSERT_TRUE(loose);
  ASSERT_EQ(loose->entries().size(), 2u);
  EXPECT_EQ(loose->skipped(), std::vector<std::string>{"stranger.jpg"});
  std::vector<PackInput> inputs;
  for (std::size_t i = 0; i < 2; ++i)
    inputs.push_back({loose->entries()[i].file_name, i ? "bob" : "", *loose->jpeg(i)});
  ASSERT_TRUE(write_pak(folder_ / "faceset.pak", inputs));
  const auto packed = Faceset::open(folder_);
  ASSERT_TRUE(packed) << to_sentence(packed.error());
  ASSERT_EQ(packed->entries().size(), 2u);
  EXPECT_TRUE(packed->packed());
  EXPECT_EQ(packed->persons(), std::vector<std::string>{"bob"});
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(*packed->jpeg(i), *loose->jpeg(i));
    EXPECT_EQ(packed->entries()[i].info.landmarks, loose->entries()[i].info.landmarks);
    EXPECT_EQ(packed->entries()[i].info.polygons, loose->entries()[i].info.polygons);
    EXPECT_EQ(packed->entries()[i].info.xseg_mask, loose->entries()[i].info.xseg_mask);
    expect_same(*packed->full_info(i), loose->entries()[i].info);
  }
}

TEST_F(FacesetTest, DamagedPaksAreErrors) {
  ASSERT_TRUE(write_face_jpeg(folder_ / "a.jpg", picture(), 90, example_info()));
  ASSERT_TRUE(write_pak(folder_ / "faceset.pak", std::vector<PackInput>{{"a.jpg", "", *read_file(folder_ / "a.jpg")}}));
  const auto whole = *read_file(folder_ / "faceset.pak");
  const std::size_t table_end = whole.size() - read_file(folder_ / "a.jpg")->size();
  for (std::size_t size = 0; size < table_end; size += 101) {
    ASSERT_TRUE(write_file(folder_ / "faceset.pak", std::span(whole).first(size)));
    EXPECT_FALSE(Faceset::open(folder_)) << size;
  }
}

TEST_F(FacesetTest, EmptyFolderSaysSo) {
  const auto set = Faceset::open(folder_);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, Code::no_faces);
}

TEST_F(FacesetTest, MetaDatRoundTrips) {
  const std::vector<SavedInfo> saved = {{"a.jpg", 96, 64, example_info()}};
  ASSERT_TRUE(write_meta_dat(folder_ / "meta.dat", saved));
  const auto back = read_meta_dat(folder_ / "meta.dat");
  ASSERT_TRUE(back) << to_sentence(back.error());
  EXPECT_EQ((*back)[0].width, 96);
  expect_same((*back)[0].info, example_info());
}

// A file may come from anywhere, and a number that no int can hold is no number of a track.
TEST(ExtraKeys, WholeNumbersAreOnesThatCanBe) {
  FaceInfo info;
  const auto whole = [&](double number) {
    info.extra = {{"understudy_track", pickle::Value(number)}};
    return extra_whole(info, "understudy_track");
  };
  EXPECT_EQ(whole(7), 7);
  EXPECT_EQ(whole(-1), -1);
  for (const double number : {1e300, -1e300, 3e9, std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_EQ(whole(number), std::nullopt) << number;
  EXPECT_EQ(extra_whole(info, "understudy_person"), std::nullopt);
}

}  // namespace
}  // namespace understudy
