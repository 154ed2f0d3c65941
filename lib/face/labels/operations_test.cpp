// SPDX-License-Identifier: Apache-2.0
#include "lib/face/labels/operations.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "lib/face/face_mask.hpp"
#include "lib/face/labels/carry.hpp"
#include "lib/face/outline.hpp"
#include "lib/face/synthetic/synthetic.hpp"

namespace understudy::label_operations {
namespace {

using Kind = Polygon::Kind;
const Polygon square{Kind::include, {{10, 10}, {50, 10}, {50, 50}, {10, 50}}};
const Polygon hole{Kind::exclude, {{20, 20}, {30, 20}, {25, 30}}};

FaceLabels example() { return {{square, hole}, Polygon{Kind::include, {{1, 2}}}, Bytes{1, 2, 3}}; }

Bytes stored;
nlohmann::json written(const LabelOperation& operation) {
  return *to_json(operation, [](const Bytes& mask) -> Result<nlohmann::json> {
    stored = mask;
    return nlohmann::json("kept");
  });
}
LabelOperation read_back(const nlohmann::json& value) {
  return *operation_from_json(value, [](const nlohmann::json&) -> Result<Bytes> { return stored; });
}

std::vector<LabelOperation> one_of_each() {
  return {InsertPoint{0, 1, {30.5, 5}},
          InsertPoint{{}, {}, {7, 7}},
          MovePoint{1, 2, {26, 31}},
          MovePoint{{}, 0, {3, 3}},
          DeletePoint{0, 3},
          DeletePoint{1, 0},
          DeletePoint{{}, 0},
          AddPolygon{{}, square},
          AddPolygon{1, hole},
          DeletePolygon{0},
          DropOpen{},
          SetPolygons{{}},
          SetPolygons{{hole, hole}},
          SetMask{},
          SetMask{Bytes{9}}};
}

TEST(Operations, EveryOneIsTakenBackByWhatItGives) {
  for (const auto& operation : one_of_each()) {
    FaceLabels labels = example();
    const auto back = apply(operation, labels);
    ASSERT_TRUE(back) << to_sentence(back.error());
    EXPECT_FALSE(labels == example()) << written(operation);
    const auto forth = apply(*back, labels);
    ASSERT_TRUE(forth) << written(operation);
    EXPECT_TRUE(labels == example()) << written(operation);
    ASSERT_TRUE(apply(*forth, labels));
    FaceLabels once = example();
    ASSERT_TRUE(apply(operation, once));
    EXPECT_TRUE(labels == once) << written(operation);
  }
}

TEST(Operations, EveryOneGoesThroughJson) {
  auto all = one_of_each();
  all.insert(all.end(), {StartPolygon{square}, ClosePolygon{}, ClosePolygon{2}, ReopenPolygon{1}});
  for (const auto& operation : all) {
    const auto json = written(operation);
    EXPECT_EQ(written(read_back(nlohmann::json::parse(json.dump()))), json);
    EXPECT_EQ(read_back(json).index(), operation.index());
  }
}

TEST(Operations, APolygonIsDrawnClosedAndOpenedAgain) {
  FaceLabels labels{{square, hole}, {}, {}};
  ASSERT_TRUE(apply(StartPolygon{{Kind::include, {{5, 5}}}}, labels));
  ASSERT_TRUE(apply(InsertPoint{{}, {}, {60, 5}}, labels));
  EXPECT_FALSE(apply(ClosePolygon{}, labels)) << "two points are no polygon";
  ASSERT_TRUE(apply(InsertPoint{{}, {}, {60, 60}}, labels));
  const FaceLabels drawn = labels;
  const auto back = apply(ClosePolygon{}, labels);
  ASSERT_TRUE(back);
  EXPECT_FALSE(labels.open);
  ASSERT_EQ(labels.polygons.size(), 3u);
  EXPECT_EQ(labels.polygons[1].points.back(), (Point{60, 60})) << "behind the other include, before the exclude";
  ASSERT_TRUE(apply(*back, labels));
  EXPECT_TRUE(labels == drawn);
}

TEST(Operations, WhatDoesNotFitChangesNothing) {
  const std::vector<LabelOperation> wrong = {
      InsertPoint{2, {}, {1, 1}}, InsertPoint{0, 5, {1, 1}}, MovePoint{0, 4, {1, 1}}, DeletePoint{9, 0},
      DeletePolygon{2},           StartPolygon{square},      ClosePolygon{},          ReopenPolygon{0},
      AddPolygon{2, square},      AddPolygon{0, hole}};
  for (const auto& operation : wrong) {
    FaceLabels labels = example();
    const auto done = apply(operation, labels);
    ASSERT_FALSE(done) << written(operation);
    EXPECT_EQ(done.error().code, Code::bad_option);
    EXPECT_TRUE(labels == example()) << written(operation);
  }
  FaceLabels none;
  EXPECT_FALSE(apply(DropOpen{}, none));
  EXPECT_FALSE(apply(InsertPoint{{}, {}, {1, 1}}, none));
}

TEST(Operations, WhatComesFromOutsideIsChecked) {
  Polygon wild = square, many = square;
  wild.points[2].x = std::nan("");
  many.points.resize(5000);
  for (const LabelOperation& operation : std::vector<LabelOperation>{
           AddPolygon{{}, wild}, AddPolygon{{}, many}, AddPolygon{{}, {Kind::include, {{1, 1}, {2, 2}}}},
           AddPolygon{{}, {Kind::include, {}}}, MovePoint{0, 0, {1e6, 0}}, InsertPoint{0, 0, {0, INFINITY}},
           StartPolygon{{Kind::include, {}}}, SetPolygons{std::vector<Polygon>(1001, square)}})
    EXPECT_FALSE(check_operation(operation)) << written(operation);
  const Polygon outside{Kind::include, {{-500, 10}, {700, 10}, {3, 900}}};
  const Polygon crossing{Kind::include, {{0, 0}, {50, 50}, {50, 0}, {0, 50}}};
  EXPECT_TRUE(check_operation(AddPolygon{{}, outside}));
  EXPECT_TRUE(check_operation(AddPolygon{{}, crossing}));
  EXPECT_EQ(polygon_mask(64, 64, {crossing}).at(40, 25), 1);
  EXPECT_EQ(polygon_mask(64, 64, {crossing}).at(25, 5), 0) << "even-odd";
}

TEST(Operations, OddJsonIsRefusedInOneSentence) {
  for (const char* text :
       {"{}", "3", "null", R"({"do":"dance"})", R"({"do":"move-point","point":0})",
        R"({"do":"move-point","point":-1,"to":[1,2]})", R"({"do":"add-polygon","kind":"maybe","points":[]})",
        R"({"do":"add-polygon","kind":"include","points":[[1]]})", R"({"do":"set-mask","mask":null})",
        R"({"do":"set-polygons","polygons":7})", R"({"do":"delete-point","point":"x"})"}) {
    const auto operation = operation_from_json(nlohmann::json::parse(text));
    ASSERT_FALSE(operation) << text;
    EXPECT_FALSE(operation.error().message.empty());
  }
}

double edge_distance(const ImageF& mask, const std::vector<Polygon>& polygons) {
  // The largest distance from a wrong pixel to a right one: how deep the outline is off.
  const ImageF drawn = polygon_mask(mask.width, mask.height, polygons);
  double worst = 0;
  for (int y = 2; y < mask.height - 2; ++y) {
    for (int x = 2; x < mask.width - 2; ++x) {
      if ((mask.at(x, y) >= 0.5F) == (drawn.at(x, y) >= 0.5F)) continue;
      double nearest = 9;
      for (int j = -2; j <= 2; ++j)
        for (int i = -2; i <= 2; ++i)
          if ((mask.at(x + i, y + j) >= 0.5F) != (mask.at(x, y) >= 0.5F)) nearest = std::min(nearest, std::hypot(i, j));
      worst = std::max(worst, nearest);
    }
  }
  return worst;
}

TEST(Outline, APolygonOfAMaskIsTheMaskWithinAPixel) {
  ImageF mask(256, 256, 1);
  for (int y = 0; y < 256; ++y)
    for (int x = 0; x < 256; ++x) {
      const double face = std::hypot((x - 128) / 80.0, (y - 130) / 105.0),
                   mouth = std::hypot((x - 128) / 30.0, (y - 180) / 14.0);
      mask.at(x, y) = face < 1 && mouth > 1 ? 1.F : 0.F;
    }
  mask.at(3, 3) = 1;  // a speck
  const auto polygons = polygons_of_mask(mask);
  ASSERT_EQ(polygons.size(), 2u);
  EXPECT_EQ(polygons[0].kind, Kind::include);
  EXPECT_EQ(polygons[1].kind, Kind::exclude);
  for (const auto& polygon : polygons) EXPECT_LE(polygon.points.size(), 60u);
  EXPECT_GT(mask_iou(mask, polygon_mask(256, 256, polygons)), 0.98);
  EXPECT_LE(edge_distance(mask, polygons), 2);  // a pixel of tolerance and one of the raster
  EXPECT_TRUE(polygons_of_mask(ImageF(64, 64, 1)).empty());
  EXPECT_EQ(mask_iou(ImageF(64, 64, 1, 1.F), polygon_mask(64, 64, polygons_of_mask(ImageF(64, 64, 1, 1.F)))), 1);
}

TEST(Outline, NoisyEdgesStillGiveFewPoints) {
  ImageF mask(200, 200, 1);
  std::mt19937 random(4);
  for (int y = 0; y < 200; ++y)
    for (int x = 0; x < 200; ++x)
      mask.at(x, y) = std::hypot(x - 100, y - 100) < 70 + static_cast<double>(random() % 100) / 10 ? 1.F : 0.F;
  const auto polygons = polygons_of_mask(mask);
  ASSERT_FALSE(polygons.empty());
  for (const auto& polygon : polygons) EXPECT_LE(polygon.points.size(), 60u);
  EXPECT_GT(mask_iou(mask, polygon_mask(200, 200, polygons)), 0.93);
}

// The actor's face at that turn, cropped, with its truth as the mask.
struct Shot {
  FaceInfo info;
  ImageF truth;
};
Shot shot(double yaw, double mouth) {
  synthetic::Performance play;
  play.yaw = yaw;
  play.mouth_open = static_cast<float>(mouth);
  const auto drawn =
      synthetic::render(synthetic::demo_identity_a(), play, {.width = 256, .height = 256, .supersampling = 1});
  Shot shot;
  shot.info.face_type = FaceType::whole;
  const Affine crop = face_matrix(drawn.landmarks, 256, FaceType::whole);
  shot.info.landmarks = transformed(drawn.landmarks, crop);
  shot.info.image_to_face_mat = crop;
  ImageF mask(256, 256, 1);
  const Affine frame_from_crop = crop.inverse();
  for (int y = 0; y < 256; ++y)
    for (int x = 0; x < 256; ++x) {
      const Point p = frame_from_crop({double(x), double(y)});
      const int fx = static_cast<int>(std::lround(p.x)), fy = static_cast<int>(std::lround(p.y));
      if (fx >= 0 && fy >= 0 && fx < 256 && fy < 256) mask.at(x, y) = drawn.face_mask.at(fx, fy) > 127 ? 1.F : 0.F;
    }
  shot.truth = mask;
  return shot;
}

TEST(Carry, LabelsFollowTheFace) {
  const Shot first = shot(0, 0);
  const auto labels = polygons_of_mask(first.truth);
  const auto same = carried_polygons(labels, first.info, first.info);
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t k = 0; k < labels[i].points.size(); ++k) {
      EXPECT_NEAR(same[i].points[k].x, labels[i].points[k].x, 1e-6);
      EXPECT_NEAR(same[i].points[k].y, labels[i].points[k].y, 1e-6);
    }
  for (const auto& [yaw, mouth] : {std::pair{8.0, 0.0}, {0.0, 0.8}, {-12.0, 0.5}}) {
    const Shot later = shot(yaw, mouth);
    const double stays = mask_iou(later.truth, polygon_mask(256, 256, labels));
    const double carried =
        mask_iou(later.truth, polygon_mask(256, 256, carried_polygons(labels, first.info, later.info)));
    EXPECT_GT(carried, stays) << yaw << " " << mouth;
    EXPECT_GT(carried, 0.92) << yaw << " " << mouth;
  }
}

TEST(Carry, AnotherSizeAndPlaceAreMetExactly) {
  const Shot one = shot(5, 0.2);
  const Affine map{{1.7, -0.4, 30, 0.4, 1.7, -12}};
  FaceInfo other = one.info;
  other.landmarks = transformed(one.info.landmarks, map);
  const std::vector<Polygon> labels = {{Kind::include, {{-40, 10}, {128, 300}, {250, 30}}}};
  const auto carried = carried_polygons(labels, one.info, other);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(carried[0].points[k].x, map(labels[0].points[k]).x, 1e-6);
    EXPECT_NEAR(carried[0].points[k].y, map(labels[0].points[k]).y, 1e-6);
  }
}

}  // namespace
}  // namespace understudy::label_operations
