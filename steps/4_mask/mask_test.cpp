// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/face_mask.hpp"
#include "lib/face/labels/label_book.hpp"
#include "lib/face/pak_write.hpp"
#include "lib/image/convert.hpp"
#include "steps/4_mask/check_masks.hpp"
#include "steps/4_mask/exchange.hpp"
#include "steps/4_mask/fetch.hpp"
#include "steps/4_mask/label_formats.hpp"
#include "steps/4_mask/labelling.hpp"
#include "steps/4_mask/sheet.hpp"
#include "steps/4_mask/status.hpp"

namespace understudy {
namespace {

using nlohmann::json;
using Kind = Polygon::Kind;
constexpr int size = 96;
const Polygon oval{Kind::include, {{20.5, 10}, {75, 10}, {85, 50}, {48, 90}, {10, 50}}};
const Polygon hand{Kind::exclude, {{10, 60}, {40, 60}, {40, 90}}};

class MaskTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 6; ++i) put(i, info(i), folder_);
  }
  FaceInfo info(int i) const {
    FaceInfo face;
    face.face_type = FaceType::whole;
    for (std::size_t k = 0; k < 68; ++k)
      face.landmarks[k] = {24 + (canonical_landmarks[k].x) * 48, 28 + canonical_landmarks[k].y * 48 + 0.1 * i};
    for (std::size_t k = 0; k < 17; ++k)
      face.landmarks[k] = {48 - 26 * std::cos(double(k) * 3.14159 / 16), 40 + 40 * std::sin(double(k) * 3.14159 / 16)};
    face.source_filename = fmt::format("{:05}.png", i + 1);
    face.extra = {{"understudy_track", pickle::Value(i < 4 ? 0 : 1)}};
    if (i < 3) face.polygons = {oval, hand};
    if (i != 5)
      face.xseg_mask = *encode_mask(polygon_mask(256, 256, scaled_polygons({oval}, {size, size}, {256, 256})));
    return face;
  }
  std::string name(int i) const { return fmt::format("{:05}_0.jpg", i + 1); }
  void put(int i, const FaceInfo& face, const fs::path& folder) {
    ImageU8 picture(size, size, 3, static_cast<std::uint8_t>(60 + 20 * i));
    ASSERT_TRUE(write_face_jpeg(folder / name(i), picture, 90, face));
  }
  FaceInfo now(int i) { return *read_face_info(folder_ / name(i)); }
  Bytes bytes(const fs::path& path) { return *read_file(path); }
  std::map<std::string, Bytes> all_bytes() {
    std::map<std::string, Bytes> all;
    for (int i = 0; i < 6; ++i) all[name(i)] = bytes(folder_ / name(i));
    return all;
  }
  static json report(const Result<std::string>& result) {
    EXPECT_TRUE(result) << (result ? "" : to_sentence(result.error()));
    return result ? json::parse(*result) : json();
  }
  void pack() {
    std::vector<PackInput> inputs;
    for (int i = 0; i < 6; ++i) inputs.push_back({name(i), "", bytes(folder_ / name(i))});
    ASSERT_TRUE(write_pak(folder_ / "faceset.pak", inputs));
    for (int i = 0; i < 6; ++i) fs::remove(folder_ / name(i));
  }

  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path / "aligned";
  understudy::Run run_;
};

TEST_F(MaskTest, StatusCountsAndCompares) {
  auto broken = info(4);
  broken.xseg_mask = Bytes{1, 2, 3};
  put(4, broken, folder_);
  auto odd = info(3);
  odd.polygons = {{Kind::include, {{1, 1}, {std::nan(""), 3}}}};
  put(3, odd, folder_);
  for (const bool packed : {false, true}) {
    if (packed) pack();
    const json told = report(mask_status(folder_, {}, run_));
    EXPECT_EQ(told["faces"], 6);
    EXPECT_EQ(told["labelled"], 4);
    EXPECT_EQ(told["masked"], 5);
    EXPECT_EQ(told["neither"], 1);
    EXPECT_EQ(told["labelled_faces"], json({name(0), name(1), name(2), name(3)}));
    EXPECT_EQ(told["broken_masks"], json({name(4)}));
    EXPECT_EQ(told["odd_labels"], json({name(3)}));
    EXPECT_EQ(told["mask_sizes"], json({{"256x256", 4}}));
    EXPECT_EQ(told["agreement"]["faces"], 4);
    EXPECT_GT(told["agreement"]["median"], 0.8);
    EXPECT_LT(told["agreement"]["median"], 0.97) << "the hand is in the labels only";
  }
}

TEST_F(MaskTest, FetchCopiesAndMoves) {
  const auto before = all_bytes();
  const fs::path target = scratch_.path / "aligned_xseg";
  ASSERT_TRUE(write_text(target / name(1), "somebody's"));
  json told = report(fetch_labelled(folder_, target, {}, run_));
  EXPECT_EQ(told["copied"], 3);
  EXPECT_EQ(all_bytes(), before);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bytes(target / name(i)), before.at(name(i)));
  EXPECT_FALSE(fs::exists(target / name(3)));
  EXPECT_EQ(*read_text(fs::path(told["backup"].get<std::string>()) / name(1)), "somebody's");
  ASSERT_TRUE(write_text(target / name(0), "worked on"));
  told = report(fetch_labelled(folder_, target, {.move = true}, run_));
  EXPECT_EQ(told["moved"], 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bytes(target / name(i)), before.at(name(i)));
    EXPECT_FALSE(fs::exists(folder_ / name(i)));
  }
  EXPECT_EQ(*read_text(fs::path(told["backup"].get<std::string>()) / name(0)), "worked on");
  EXPECT_EQ(report(fetch_labelled(folder_, target, {}, run_))["labelled"], 0);
  EXPECT_EQ(fetch_labelled(folder_, folder_, {}, run_).error().code, Code::bad_option);
}

// As of another clip in the same workspace, whose faces have the same names.
TEST_F(MaskTest, FetchedLabelsOfAnotherFaceOfThatNameAreKept) {
  for (const bool move : {false, true}) {
    for (int i = 0; i < 3; ++i) put(i, info(i), folder_);
    const Bytes drawn = bytes(folder_ / name(0));
    const fs::path target = scratch_.path / (move ? "moved" : "copied");
    EXPECT_EQ(report(fetch_labelled(folder_, target, {}, run_))["copied"], 3);
    FaceInfo other = info(0);
    other.source_filename = "90001.png";
    other.polygons = {hand};
    put(0, other, folder_);
    FaceInfo again = info(1);
    again.polygons = {oval};
    put(1, again, folder_);
    const Bytes newcomer = bytes(folder_ / name(0));
    const auto told = report(fetch_labelled(folder_, target, {.move = move}, run_));
    EXPECT_EQ(bytes(target / name(0)), newcomer);
    ASSERT_TRUE(told.contains("backup"));
    const fs::path backup = told["backup"].get<std::string>();
    EXPECT_EQ(bytes(backup / name(0)), drawn);
    EXPECT_FALSE(fs::exists(backup / name(1))) << "the same face, labelled anew";
  }
}

TEST_F(MaskTest, AMoveOfLabelledFacesIsTakenBack) {
  const auto before = all_bytes();
  const fs::path target = scratch_.path / "aligned_xseg";
  const MaskFetchOptions back{.undo = true};
  EXPECT_EQ(fetch_labelled(folder_, target, back, run_).error().code, Code::not_found);
  EXPECT_FALSE(fetch_labelled(folder_, target, {.move = true, .undo = true}, run_));
  EXPECT_EQ(report(fetch_labelled(folder_, target, {}, run_))["copied"], 3);
  EXPECT_EQ(report(fetch_labelled(folder_, target, {.move = true}, run_))["moved"], 3);
  // A face moved there is no copy of ours, though its bytes are those of one.
  FaceInfo newcomer = info(1);
  newcomer.polygons = {oval};
  put(1, newcomer, folder_);
  json told = report(fetch_labelled(folder_, target, {}, run_));
  EXPECT_EQ(bytes(fs::path(told["backup"].get<std::string>()) / name(1)), before.at(name(1)));
  fs::remove(folder_ / name(1));
  fs::remove(target / name(1));
  fs::rename(fs::path(told["backup"].get<std::string>()) / name(1), target / name(1));
  // What was drawn on it there comes along; a place that is taken stays so; one that is gone is told of.
  FaceInfo worked_on = info(0);
  worked_on.polygons = {hand, oval};
  put(0, worked_on, target);
  put(1, info(5), folder_);
  fs::remove(target / name(2));
  told = report(fetch_labelled(folder_, target, back, run_));
  EXPECT_EQ(told["restored"], 2);
  EXPECT_EQ(told["missing"], 1);
  EXPECT_EQ(told["renamed"], 1);
  EXPECT_EQ(now(0).polygons.size(), 2u);
  EXPECT_TRUE(now(1).polygons.empty()) << "the newcomer's";
  EXPECT_EQ(bytes(folder_ / "00002_0~2.jpg"), before.at(name(1)));
  EXPECT_EQ(fetch_labelled(folder_, target, back, run_).error().code, Code::not_found);
}

TEST_F(MaskTest, AMoveToANamedPlaceIsTakenBackAndNobodyElsesIs) {
  const auto before = all_bytes();
  const fs::path target = scratch_.path / "elsewhere" / "named";
  EXPECT_EQ(report(fetch_labelled(folder_, target, {.move = true}, run_))["moved"], 3);
  EXPECT_EQ(report(fetch_labelled(folder_, target, {.undo = true}, run_))["restored"], 3);
  EXPECT_EQ(all_bytes(), before);
  // The same record, but written by somebody.
  ASSERT_TRUE(write_text(target / "own.jpg", "mine"));
  const auto record = folder_ / ".understudy" / "fetches" / "000001.json";
  ASSERT_TRUE(write_text(record, R"({"format":"understudy.sort","version":1,"what":"moved",)"
                                 R"("moves":[["own.jpg","../elsewhere/named/own.jpg"]]})"));
  const auto back = fetch_labelled(folder_, target, {.undo = true}, run_);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Code::bad_file);
  EXPECT_NE(back.error().message.find(record.string()), std::string::npos);
  EXPECT_TRUE(fs::exists(target / "own.jpg"));
}

TEST_F(MaskTest, RemovingIsTakenBack) {
  const auto before = all_bytes();
  json told = report(remove_labels(folder_, {}, run_));
  EXPECT_EQ(told["changed"], 3);
  EXPECT_EQ(told["polygons"], 6);
  EXPECT_TRUE(now(0).polygons.empty());
  EXPECT_TRUE(now(0).xseg_mask);
  EXPECT_EQ(report(remove_masks(folder_, {.names = name(0) + "," + name(4)}, run_))["changed"], 2);
  EXPECT_FALSE(now(4).xseg_mask);
  EXPECT_TRUE(now(1).xseg_mask);
  EXPECT_EQ(report(label_faces(folder_, {.undo = true}, run_))["change"], "masks removed");
  told = report(label_faces(folder_, {.undo = true}, run_));
  EXPECT_EQ(told["change"], "labels removed");
  EXPECT_EQ(told["changed_faces"], json({name(0), name(1), name(2)}));
  EXPECT_EQ(all_bytes(), before);
  EXPECT_EQ(label_faces(folder_, {.undo = true}, run_).error().code, Code::not_found);
  EXPECT_EQ(report(label_faces(folder_, {.redo = true}, run_))["changed"], 3);
  EXPECT_TRUE(now(2).polygons.empty());
  EXPECT_EQ(remove_masks(folder_, {.names = "nobody.jpg"}, run_).error().code, Code::bad_option);
}

TEST_F(MaskTest, PackedFacesAreNotChanged) {
  pack();
  for (const auto& result :
       {remove_labels(folder_, {}, run_), remove_masks(folder_, {}, run_), label_faces(folder_, {.undo = true}, run_),
        fetch_labelled(folder_, scratch_.path / "moved", {.move = true}, run_)}) {
    ASSERT_FALSE(result);
    EXPECT_NE(to_sentence(result.error()).find("Unpack"), std::string::npos);
  }
  EXPECT_EQ(report(fetch_labelled(folder_, scratch_.path / "copied", {}, run_))["copied"], 3);
}

TEST_F(MaskTest, ADocumentOfOperationsIsAppliedAsAWhole) {
  const json good = json::parse(R"({"format": "understudy.labels", "version": 1, "what": "drawn", "faces": {
    "00004_0.jpg": [{"do": "start-polygon", "kind": "include", "points": [[1, 1], [50, 1]]},
                    {"do": "insert-point", "at": [50, 60.5]}, {"do": "close-polygon"}],
    "00001_0.jpg": [{"do": "move-point", "polygon": 0, "point": 0, "to": [22, 11]}]}})");
  json bad = good;
  bad["faces"]["00005_0.jpg"] = json::parse(R"([{"do": "delete-polygon", "polygon": 0}])");
  const auto before = all_bytes();
  auto refused = apply_labels(folder_, bad, run_);
  ASSERT_FALSE(refused);
  EXPECT_NE(to_sentence(refused.error()).find("00005_0.jpg"), std::string::npos);
  EXPECT_EQ(all_bytes(), before) << "not even the faces before it";
  EXPECT_EQ(report(apply_labels(folder_, good, run_))["changed"], 2);
  EXPECT_EQ(now(3).polygons.at(0).points.at(2), (Point{50, 60.5}));
  const json seen = *labels_of_face(folder_, name(0));
  EXPECT_EQ(seen["width"], size);
  EXPECT_EQ(seen["polygons"][0]["points"][0], json({22.0, 11.0}));
  EXPECT_EQ(seen["open"], nullptr);
  EXPECT_EQ(report(label_faces(folder_, {.names = name(3), .undo = true}, run_))["changed"], 1);
  EXPECT_TRUE(now(3).polygons.empty());
  EXPECT_EQ(now(0).polygons[0].points[0], (Point{22, 11}));
  for (const char* text :
       {"{}", "[]", R"({"format":"understudy.labels","version":2,"faces":{}})",
        R"({"format":"understudy.labels","version":1,"faces":{"00001_0.jpg":7}})",
        R"({"format":"understudy.labels","version":1,"faces":{"../x.jpg":[]}})",
        R"({"format":"understudy.labels","version":1,"faces":{"00001_0.jpg":[{"do":"set-mask","mask":null}]}})"})
    EXPECT_FALSE(apply_labels(folder_, json::parse(text), run_)) << text;
}

TEST_F(MaskTest, LabelsAreCarriedAlongTheTrack) {
  EXPECT_EQ(report(label_faces(folder_, {.carry_from = name(0)}, run_))["changed"], 1) << "those without labels";
  EXPECT_EQ(now(3).polygons.size(), 2u);
  EXPECT_NEAR(now(3).polygons[0].points[0].y, oval.points[0].y + 0.3, 0.2);
  EXPECT_TRUE(now(4).polygons.empty()) << "another track";
  EXPECT_EQ(report(label_faces(folder_, {.carry_from = name(0), .names = name(5)}, run_))["changed"], 1);
  EXPECT_EQ(now(5).polygons.size(), 2u);
  EXPECT_FALSE(label_faces(folder_, {.carry_from = name(4)}, run_)) << "has none";
  EXPECT_FALSE(label_faces(folder_, {.carry_from = name(0), .undo = true}, run_));
  EXPECT_FALSE(label_faces(folder_, {}, run_));
}

TEST_F(MaskTest, LabelsAreMadeOfMasks) {
  EXPECT_EQ(report(label_faces(folder_, {.from_masks = true}, run_))["changed"], 2);
  const ImageF drawn = *label_mask(now(3), size, size);
  EXPECT_GT(mask_iou(drawn, **stored_mask(now(3), size, size)), 0.97);
  EXPECT_EQ(now(0).polygons, (std::vector{oval, hand}));
}

TEST_F(MaskTest, ExportAndImportGoRound) {
  const fs::path target = scratch_.path / "aligned_labels";
  const auto before = all_bytes();
  json told = report(export_labels(folder_, target, {}, run_));
  EXPECT_EQ(told["masks"], 5);
  EXPECT_EQ(told["labelme"], 3);
  EXPECT_EQ(told["coco"], 1);
  const json labelme = json::parse(*read_text(target / "00001_0.json"));
  EXPECT_EQ(fs::weakly_canonical(target / labelme["imagePath"].get<std::string>()),
            fs::weakly_canonical(folder_ / name(0)));
  EXPECT_EQ(labelme["shapes"][1]["label"], "exclude");
  EXPECT_EQ(report(import_labels(folder_, target, {}, run_))["changed"], 0) << "it says what the faces say";
  EXPECT_EQ(all_bytes(), before);
  ASSERT_TRUE(remove_labels(folder_, {}, run_));
  ASSERT_TRUE(remove_masks(folder_, {}, run_));
  EXPECT_EQ(report(import_labels(folder_, target, {}, run_))["changed"], 5);
  EXPECT_EQ(now(0).polygons, (std::vector{oval, hand}));
  EXPECT_GT(mask_iou(**stored_mask(now(4), size, size), polygon_mask(size, size, {oval})), 0.95);
  ASSERT_TRUE(remove_labels(folder_, {}, run_));
  EXPECT_EQ(report(import_labels(folder_, target / "coco.json", {}, run_))["changed"], 3);
  EXPECT_EQ(now(2).polygons, (std::vector{oval, hand}));
}

TEST_F(MaskTest, ImportTakesWhatWasWorkedOn) {
  const fs::path target = scratch_.path / "aligned_labels";
  ASSERT_TRUE(export_labels(folder_, target, {}, run_));
  json labelme = json::parse(*read_text(target / "00001_0.json"));
  labelme["imageWidth"] = labelme["imageHeight"] = 2 * size;  // a program that showed it enlarged
  labelme["shapes"] =
      json::parse(R"([{"label": "Include", "points": [[20, 20], [100, 140]], "shape_type": "rectangle"}])");
  ASSERT_TRUE(write_text(target / "00001_0.json", labelme.dump()));
  labelme["shapes"][0]["label"] = "nose";
  ASSERT_TRUE(write_text(target / "00002_0.json", labelme.dump()));
  ImageU8 painted(size / 2, size / 2, 1);
  for (int y = 10; y < 30; ++y)
    for (int x = 10; x < 30; ++x) painted.at(x, y) = static_cast<std::uint8_t>(200 + x);
  ASSERT_TRUE(write_image(target / "00003_0_mask.png", painted));
  ASSERT_TRUE(write_text(target / "00004_0_mask.png", "no picture"));
  ASSERT_TRUE(write_image(target / "stranger.png", painted));
  const json told = report(import_labels(folder_, target, {}, run_));
  EXPECT_EQ(told["changed"], 2);
  EXPECT_EQ(told["skipped"], json({"00002_0.jpg", "00004_0.jpg", "stranger"}));
  EXPECT_EQ(now(0).polygons, (std::vector<Polygon>{{Kind::include, {{10, 10}, {50, 10}, {50, 70}, {10, 70}}}}));
  EXPECT_EQ(now(1).polygons, (std::vector{oval, hand}));
  EXPECT_EQ(*decode_image(*now(2).xseg_mask), painted);
  const fs::path again = scratch_.path / "none";
  fs::create_directory(again);
  EXPECT_EQ(import_labels(folder_, again, {}, run_).error().code, Code::not_found);
  ASSERT_TRUE(export_labels(folder_, target, {}, run_));
  EXPECT_EQ(*decode_image(bytes(scratch_.path / "aligned_labels_backup-1" / "00003_0_mask.png")), painted);
}

TEST_F(MaskTest, ExportOfAPackBringsItsPictures) {
  const auto before = all_bytes();
  pack();
  const fs::path target = scratch_.path / "aligned_labels";
  EXPECT_EQ(report(export_labels(folder_, target, {.what = LabelExport::labelme}, run_))["pictures"], 5);
  EXPECT_EQ(json::parse(*read_text(target / "00002_0.json"))["imagePath"], name(1));
  EXPECT_EQ(bytes(target / name(1)), before.at(name(1)));
  EXPECT_FALSE(fs::exists(target / "coco.json"));
}

TEST_F(MaskTest, SheetsShowFaceMaskAndBoth) {
  const fs::path target = scratch_.path / "aligned_sheet";
  json told = report(draw_mask_sheet(folder_, target, {.cell = 64}, run_));
  EXPECT_EQ(told["drawn"], 6);
  const auto page = read_image(target / "page-001.png");
  ASSERT_TRUE(page);
  EXPECT_GT(page->width, 3 * 64);
  const Face face = *read_face(folder_ / name(0));
  const auto row = sheet_row(face, name(0), "");
  ASSERT_EQ(row.pictures.size(), 3u);
  EXPECT_EQ(row.pictures[1].at(48, 45, 0), 255);
  EXPECT_EQ(row.pictures[1].at(2, 2, 0), 0);
  EXPECT_LT(row.pictures[2].at(2, 2, 0), face.image_bgr.at(2, 2, 0) / 2);
  EXPECT_EQ(report(draw_mask_sheet(folder_, target, {.faces = SheetFaces::labelled, .limit = 2}, run_))["drawn"], 2);
}

TEST_F(MaskTest, TheDoubtfulMaskComesFirst) {
  auto leaking = info(2);
  leaking.polygons.clear();
  leaking.xseg_mask = *encode_mask(ImageF(256, 256, 1, 1.F));
  put(2, leaking, folder_);
  const fs::path target = scratch_.path / "aligned_check";
  const json told = report(check_masks(folder_, target, {.worst = 2}, run_));
  EXPECT_EQ(told["masked"], 5);
  EXPECT_EQ(told["without_mask"], 1);
  const json file = json::parse(*read_text(target / "check.json"));
  EXPECT_EQ(file["faces"].size(), 5u);
  EXPECT_EQ(file["faces"][0]["face"], name(2));
  EXPECT_GT(file["faces"][0]["neighbours"], 0.3);
  EXPECT_GT(file["faces"][0]["beyond"], 0.1);
  EXPECT_LT(file["faces"][4]["doubt"], 0.05);
  EXPECT_TRUE(fs::exists(target / "page-001.png"));
}

TEST_F(MaskTest, WhatTheNetworkSaidIsFoundByTheMask) {
  auto book = LabelBook::open(folder_);
  ASSERT_TRUE(book);
  std::vector<LabelBook::Wanted> wanted(2);
  wanted[0] = {*book->load(name(4)), {SetMask{*encode_mask(polygon_mask(256, 256, {oval}))}}, 0.625};
  wanted[1] = {*book->load(name(0)), {SetMask{*encode_mask(polygon_mask(128, 128, {oval}))}}, 0.01};
  ASSERT_TRUE(book->apply(book->begin("masks"), wanted));
  fs::rename(folder_ / name(4), folder_ / "another.jpg");
  const fs::path target = scratch_.path / "aligned_check";
  const auto uncertainties = [&] {
    EXPECT_TRUE(check_masks(folder_, target, {}, run_));
    std::map<std::string, double> found;
    const json file = json::parse(*read_text(target / "check.json"));
    for (const auto& face : file["faces"])
      if (face.contains("uncertainty")) found[face["face"]] = face["uncertainty"];
    return found;
  };
  EXPECT_EQ(uncertainties(), (std::map<std::string, double>{{"another.jpg", 0.625}, {name(0), 0.01}}));
  ASSERT_TRUE(label_faces(folder_, {.undo = true}, run_));
  EXPECT_TRUE(uncertainties().empty()) << "the masks of before are of another origin";
}

TEST(Uncertainty, IsWhatTheProbabilitiesExpectToBeWrong) {
  ImageF probability(10, 10, 1);
  EXPECT_EQ(mask_uncertainty(probability, 0.5), 0);
  for (std::size_t i = 0; i < 50; ++i) probability.data[i] = 1;
  EXPECT_EQ(mask_uncertainty(probability, 0.5), 0);
  for (std::size_t i = 0; i < 10; ++i) probability.data[i] = 0.7F;   // 3 of them are not, expected
  for (std::size_t i = 50; i < 60; ++i) probability.data[i] = 0.2F;  // and 2 of these are
  EXPECT_NEAR(mask_uncertainty(probability, 0.5), 5. / 52, 1e-6);
  EXPECT_NEAR(mask_uncertainty(probability, 0.9), 9. / 49, 1e-6);          // 40 for sure; 7 and 2 that it leaves out
  EXPECT_NEAR(mask_uncertainty(ImageF(10, 10, 1, 0.5F), 0.5), 0.5, 1e-6);  // knows nothing
}

TEST(Doubts, OnlyTheOneThatDiffersIsDoubtful) {
  std::vector<MaskSketch> all(5);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].inside.assign(64 * 64, false);
    for (std::size_t k = 0; k < 2000; ++k) all[i].inside[k] = i != 2 || k < 700;
    all[i].track = 3;
    all[i].frame = fmt::format("{:05}.png", i);
    all[i].left_out = i == 2 ? 0.6 : 0.1;
    all[i].beyond = 0.4;
  }
  all[4].inside.clear();
  const auto doubts = doubts_of(all);
  EXPECT_FALSE(doubts[4]);
  EXPECT_NEAR(*doubts[2]->neighbours, 0.65, 1e-9);
  EXPECT_NEAR(doubts[2]->hull, 0.5, 1e-9);
  EXPECT_EQ(doubts[1]->neighbours, 0) << "one of its neighbours is like it";
  EXPECT_EQ(doubts[0]->total(), 0) << "nor is the one whose next one is odd";
  EXPECT_EQ(doubts[1]->total(), 0) << "every mask reaches so far over the forehead";
}

}  // namespace
}  // namespace understudy
