// SPDX-License-Identifier: Apache-2.0
#include "lib/face/labels/label_book.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/fit_metadata.hpp"
#include "lib/face/jpeg_segments.hpp"
#include "lib/image/codec.hpp"

namespace understudy {
namespace {

using Kind = Polygon::Kind;
const Polygon square{Kind::include, {{10, 10}, {50, 10}, {50, 50}, {10, 50}}};
const Polygon hole{Kind::exclude, {{20, 20}, {30, 20}, {25, 30}}};

class LabelBookTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 4; ++i) make(fmt::format("{:05}_0.jpg", i), i);
  }
  void make(const std::string& name, int grey) {
    FaceInfo info;
    info.face_type = FaceType::whole;
    for (std::size_t i = 0; i < 68; ++i) info.landmarks[i] = {double(i), double(i % 9) + grey};
    info.source_filename = name;
    info.extra = {{"somebodys_key", pickle::Value(7)}};
    ImageU8 picture(64, 64, 3, static_cast<std::uint8_t>(20 * grey));
    ASSERT_TRUE(write_face_jpeg(folder_ / name, picture, 90, info));
  }
  LabelBook book() { return *LabelBook::open(folder_); }
  void apply(const std::string& face, std::vector<LabelOperation> operations) {
    auto now = book();
    const auto applied = now.apply(now.begin("test"), face, operations);
    ASSERT_TRUE(applied) << to_sentence(applied.error());
    EXPECT_TRUE(applied->changed);
  }
  FaceLabels labels(const std::string& face) { return *book().labels(face); }
  Bytes bytes(const std::string& name) { return *read_file(folder_ / name); }
  fs::path journal() const { return folder_ / ".understudy" / "labels" / "journal.jsonl"; }

  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
  const std::string a_ = "00000_0.jpg", b_ = "00001_0.jpg";
};

TEST_F(LabelBookTest, UndoAndRedoOutliveTheProgram) {
  const Bytes before = bytes(a_);
  apply(a_, {AddPolygon{{}, square}, AddPolygon{{}, hole}});
  const Bytes drawn = bytes(a_);
  apply(a_, {MovePoint{0, 0, {12.5, 8}}});
  const Bytes moved = bytes(a_);
  EXPECT_EQ(read_face_info(folder_ / a_)->polygons[0].points[0], (Point{12.5, 8}));
  EXPECT_EQ(*decode_image(moved), *decode_image(before));
  EXPECT_EQ(read_face_info(folder_ / a_)->extra.size(), 1u);
  ASSERT_TRUE(book().undo());
  EXPECT_EQ(bytes(a_), drawn);
  ASSERT_TRUE(book().undo());
  EXPECT_EQ(bytes(a_), before);
  EXPECT_EQ(book().undo().error().code, Code::not_found);
  ASSERT_TRUE(book().redo());
  EXPECT_EQ(bytes(a_), drawn);
  ASSERT_TRUE(book().redo());
  EXPECT_EQ(bytes(a_), moved);
  EXPECT_EQ(book().redo().error().code, Code::not_found);
}

TEST_F(LabelBookTest, SomethingNewEndsTheWayForward) {
  apply(a_, {AddPolygon{{}, square}});
  ASSERT_TRUE(book().undo());
  apply(a_, {AddPolygon{{}, hole}});
  EXPECT_EQ(book().redo().error().code, Code::not_found);
  ASSERT_TRUE(book().undo());
  EXPECT_TRUE(labels(a_).polygons.empty());
}

TEST_F(LabelBookTest, TheOpenPolygonIsKeptOutOfTheFace) {
  const Bytes before = bytes(a_);
  apply(a_, {StartPolygon{{Kind::include, {{1, 1}}}}});
  apply(a_, {InsertPoint{{}, {}, {40, 1}}});
  apply(a_, {InsertPoint{{}, {}, {40, 40}}});
  EXPECT_EQ(bytes(a_), before);
  EXPECT_EQ(labels(a_).open->points.size(), 3u);
  ASSERT_TRUE(book().undo());
  EXPECT_EQ(labels(a_).open->points.size(), 2u);
  ASSERT_TRUE(book().redo());
  apply(a_, {ClosePolygon{}});
  EXPECT_FALSE(labels(a_).open);
  EXPECT_EQ(read_face_info(folder_ / a_)->polygons.size(), 1u);
  ASSERT_TRUE(book().undo());
  EXPECT_EQ(bytes(a_), before);
  EXPECT_EQ(labels(a_).open->points.size(), 3u);
}

TEST_F(LabelBookTest, OneChangeOfManyFacesIsTakenBackAsOne) {
  const Bytes mask = *encode_png(ImageU8(32, 32, 1, 255));
  {
    auto now = book();
    const auto change = now.begin("all");
    for (const auto& name : {a_, b_}) ASSERT_TRUE(now.apply(change, name, std::vector<LabelOperation>{SetMask{mask}}));
  }
  apply(b_, {AddPolygon{{}, square}});
  const auto first = book().undo();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->faces, std::vector<std::string>{b_});
  const auto second = book().undo();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->what, "all");
  EXPECT_EQ(second->faces.size(), 2u);
  EXPECT_FALSE(labels(a_).mask);
  ASSERT_TRUE(book().redo());
  EXPECT_EQ(labels(a_).mask, mask);
  EXPECT_EQ(labels(b_).mask, mask);
  EXPECT_TRUE(labels(b_).polygons.empty());
}

TEST_F(LabelBookTest, OneFaceGoesBackAlone) {
  apply(a_, {AddPolygon{{}, square}});
  apply(b_, {AddPolygon{{}, square}});
  ASSERT_TRUE(book().undo(a_));
  EXPECT_TRUE(labels(a_).polygons.empty());
  EXPECT_EQ(labels(b_).polygons.size(), 1u);
  EXPECT_EQ(book().undo(a_).error().code, Code::not_found);
  ASSERT_TRUE(book().redo(a_));
  EXPECT_EQ(labels(a_).polygons.size(), 1u);
}

TEST_F(LabelBookTest, ARenamedFaceIsKnownAgain) {
  apply(a_, {AddPolygon{{}, square}});
  fs::rename(folder_ / a_, folder_ / "x.jpg");
  fs::rename(folder_ / b_, folder_ / a_);
  const Bytes other = bytes(a_);
  const auto undone = book().undo();
  ASSERT_TRUE(undone);
  EXPECT_TRUE(undone->refused.empty());
  EXPECT_TRUE(read_face_info(folder_ / "x.jpg")->polygons.empty());
  EXPECT_EQ(bytes(a_), other);
}

TEST_F(LabelBookTest, WhatWasChangedElsewhereIsLeftAlone) {
  apply(a_, {AddPolygon{{}, square}});
  FaceInfo info = *read_face_info(folder_ / a_);
  info.polygons = {hole};
  ASSERT_TRUE(write_file(folder_ / a_, *with_face_info(bytes(a_), info)));
  const Bytes theirs = bytes(a_);
  const auto undone = book().undo();
  ASSERT_TRUE(undone);
  ASSERT_EQ(undone->refused.size(), 1u);
  EXPECT_NE(undone->refused[0].why.find("something else"), std::string::npos);
  EXPECT_EQ(bytes(a_), theirs);
  fs::remove(folder_ / b_);
  EXPECT_EQ(book().labels(b_).error().code, Code::not_found);
  EXPECT_EQ(book().labels("../secret.jpg").error().code, Code::bad_option);
}

TEST_F(LabelBookTest, ACopyOfAFaceGoesBackByItself) {
  const std::string copy = "copy.jpg";
  fs::copy_file(folder_ / a_, folder_ / copy);
  const Bytes mask = *encode_png(ImageU8(32, 32, 1, 255)), theirs = *encode_png(ImageU8(32, 32, 1, 9));
  {
    auto now = book();
    const auto change = now.begin("masks");
    for (const auto& name : {a_, copy})
      ASSERT_TRUE(now.apply(change, name, std::vector<LabelOperation>{SetMask{mask}}));
  }
  const auto both = book().undo();
  ASSERT_TRUE(both);
  EXPECT_EQ(both->faces, (std::vector<std::string>{a_, copy}));
  ASSERT_TRUE(book().redo());
  FaceInfo info = *read_face_info(folder_ / a_);
  info.xseg_mask = theirs;
  ASSERT_TRUE(write_file(folder_ / a_, *with_face_info(bytes(a_), info)));
  const auto undone = book().undo();
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->faces, std::vector<std::string>{copy});
  ASSERT_EQ(undone->refused.size(), 1u);
  EXPECT_EQ(undone->refused[0].face, a_);
  EXPECT_FALSE(labels(copy).mask);
  EXPECT_EQ(labels(a_).mask, theirs);
}

TEST_F(LabelBookTest, AKillBetweenJournalAndFaceIsPassedOver) {
  const Bytes before = bytes(a_);
  apply(a_, {AddPolygon{{}, square}});
  ASSERT_TRUE(write_file(folder_ / a_, before));  // as if the face had not been written any more
  const auto undone = book().undo();
  ASSERT_TRUE(undone);
  EXPECT_TRUE(undone->refused.empty());
  EXPECT_EQ(bytes(a_), before);
  apply(a_, {AddPolygon{{}, hole}});
  EXPECT_EQ(labels(a_).polygons.size(), 1u);
}

TEST_F(LabelBookTest, ADamagedJournalLosesOnlyWhatIsDamaged) {
  apply(a_, {AddPolygon{{}, square}});
  apply(b_, {AddPolygon{{}, square}});
  const std::string whole = *read_text(journal());
  for (std::size_t size = 0; size < whole.size(); size += 37) {
    ASSERT_TRUE(write_text(journal(), whole.substr(0, size)));
    ASSERT_TRUE(LabelBook::open(folder_)) << size;
  }
  std::ofstream(journal(), std::ios::app) << "{\"id\": 3, \"gr";
  ASSERT_TRUE(write_text(journal(), whole + "{\"id\":9,\"group\":[],\n\xff\xfe\n"));
  ASSERT_TRUE(book().undo());
  EXPECT_TRUE(labels(b_).polygons.empty());
  ASSERT_TRUE(book().undo());
  EXPECT_TRUE(labels(a_).polygons.empty());
  ASSERT_TRUE(write_text(journal(), "{\"format\":\"understudy.label-journal\",\"version\":2}\n"));
  EXPECT_EQ(LabelBook::open(folder_).error().code, Code::newer_version);
}

TEST_F(LabelBookTest, SeveralAtOnceAreOneChangeAndAFailureIsItsFacesOwn) {
  const Bytes mask = *encode_png(ImageU8(32, 32, 1, 255));
  const Bytes before = bytes(a_);
  auto now = book();
  const auto change = now.begin("masks");
  std::vector<LabelBook::Wanted> wanted(3);
  wanted[0] = {*now.load(a_), {SetMask{mask}}, 0.25};
  wanted[1] = {*now.load(b_), {MovePoint{7, 0, {1, 1}}}, {}};
  wanted[2] = {*now.load("00002_0.jpg"), {SetMask{}}, 0.5};  // it has none
  const auto applied = now.apply(change, wanted);
  ASSERT_TRUE(applied);
  ASSERT_EQ(applied->size(), 3u);
  EXPECT_TRUE((*applied)[0]->changed);
  ASSERT_FALSE((*applied)[1]);
  EXPECT_NE(to_sentence((*applied)[1].error()).find(b_), std::string::npos);
  EXPECT_FALSE((*applied)[2]->changed);
  EXPECT_EQ(labels(a_).mask, mask);
  ASSERT_TRUE(book().undo());
  EXPECT_EQ(bytes(a_), before);
  ASSERT_TRUE(book().redo());
  EXPECT_EQ(labels(a_).mask, mask);
}

TEST_F(LabelBookTest, AJournalWrittenAnewKeepsTheWayForward) {
  apply(a_, {AddPolygon{{}, square}});
  apply(a_, {AddPolygon{{}, hole}});
  const Bytes drawn = bytes(a_);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(book().undo());
  std::ofstream(journal(), std::ios::app) << "{\"id\": 3, \"gr";
  for (int i = 0; i < 2; ++i) {
    const auto again = book().redo();
    ASSERT_TRUE(again) << to_sentence(again.error());
    EXPECT_TRUE(again->refused.empty());
  }
  EXPECT_EQ(bytes(a_), drawn);
}

TEST_F(LabelBookTest, AFaceThatChangedSinceItWasReadKeepsThatChange) {
  const Bytes mask = *encode_png(ImageU8(32, 32, 1, 255));
  auto now = book();
  std::vector<LabelBook::Wanted> wanted(2);
  wanted[0] = {*now.load(a_), {SetMask{mask}}, {}};
  wanted[1] = {*now.load(b_), {SetMask{mask}}, {}};
  FaceInfo info = *read_face_info(folder_ / a_);
  info.polygons = {square};
  ASSERT_TRUE(write_file(folder_ / a_, *with_face_info(bytes(a_), info)));
  make(b_, 7);  // another picture
  const Bytes other = bytes(b_);
  const auto applied = now.apply(now.begin("masks"), wanted);
  ASSERT_TRUE(applied);
  ASSERT_TRUE((*applied)[0]);
  EXPECT_EQ(labels(a_).polygons, std::vector{square});
  EXPECT_EQ(labels(a_).mask, mask);
  EXPECT_FALSE((*applied)[1]);
  EXPECT_EQ(bytes(b_), other);
}

TEST_F(LabelBookTest, WhatANetworkSaidOfItsMaskStaysWithTheMask) {
  const Bytes sure = *encode_png(ImageU8(32, 32, 1, 255)), unsure = *encode_png(ImageU8(32, 32, 1, 0));
  const auto identity = book().load(a_)->identity;
  const auto put_mask = [&](const Bytes& mask, std::optional<double> uncertainty) {
    auto now = book();
    std::vector<LabelBook::Wanted> wanted(1);
    wanted[0] = {*now.load(a_), {SetMask{mask}}, uncertainty};
    ASSERT_TRUE(now.apply(now.begin("mask"), wanted));
  };
  put_mask(sure, 0.02);
  put_mask(unsure, 0.75);
  ASSERT_TRUE(book().undo());
  fs::rename(folder_ / a_, folder_ / "x.jpg");
  const auto journal_now = LabelJournal::open(folder_);
  ASSERT_TRUE(journal_now);
  EXPECT_EQ(book().load("x.jpg")->identity, identity);
  EXPECT_EQ(journal_now->uncertainty(identity, sure), 0.02);
  EXPECT_EQ(journal_now->uncertainty(identity, unsure), 0.75);
  EXPECT_FALSE(journal_now->uncertainty(identity, *encode_png(ImageU8(16, 16, 1, 0))));
  EXPECT_FALSE(journal_now->uncertainty(identity + 1, sure));
  std::string text = *read_text(journal());
  text.replace(text.find("0.02"), 4, "null");
  ASSERT_TRUE(write_text(journal(), text));
  EXPECT_FALSE(LabelJournal::open(folder_)->uncertainty(identity, sure));
  EXPECT_EQ(LabelJournal::open(folder_)->of_face(identity).size(), 2u) << "the way back is not lost with it";
}

TEST_F(LabelBookTest, AFailureInOneOperationDoesNone) {
  const Bytes before = bytes(a_);
  auto now = book();
  const std::vector<LabelOperation> operations = {AddPolygon{{}, square}, MovePoint{4, 0, {1, 1}}};
  const auto applied = now.apply(now.begin("test"), a_, operations);
  ASSERT_FALSE(applied);
  EXPECT_NE(to_sentence(applied.error()).find(a_), std::string::npos);
  EXPECT_EQ(bytes(a_), before);
  EXPECT_FALSE(fs::exists(journal()));
}

// --- what has to fit into a segment

FaceInfo heavy(std::size_t mask_bytes, std::size_t points, bool soft) {
  FaceInfo info;
  info.face_type = FaceType::whole;
  for (std::size_t i = 0; i < 68; ++i) info.landmarks[i] = {double(i) + 0.25, double(i % 9)};
  info.source_filename = "00001.png";
  info.source_landmarks = info.landmarks;
  info.image_to_face_mat = Affine{};
  info.mesh = Mesh468{};
  std::mt19937 random(8);
  ImageU8 mask(soft ? 200 : 768, soft ? 200 : 768, 1);
  for (auto& v : mask.data) v = soft ? static_cast<std::uint8_t>(random() % 200) : (random() % 12 == 0 ? 255 : 0);
  info.xseg_mask = *encode_png(mask, {.level = 0});
  info.xseg_mask->resize(std::max(info.xseg_mask->size(), mask_bytes));
  info.polygons = {{Kind::include, {}}};
  for (std::size_t i = 0; i < points; ++i)
    info.polygons[0].points.push_back({static_cast<float>(random() % 512), static_cast<float>(random() % 512)});
  return info;
}

TEST(FitMetadata, WhatFitsStaysAsItIs) {
  FaceInfo info = heavy(0, 60, true);
  info.xseg_mask->resize(1000);
  const auto fitted = fit_metadata(info);
  ASSERT_TRUE(fitted);
  EXPECT_TRUE(fitted->gave_way.empty());
  EXPECT_EQ(fitted->info.xseg_mask, info.xseg_mask);
}

TEST(FitMetadata, MaskPointsAndMeshFitTogether) {
  const Bytes picture = *encode_jpeg(ImageU8(64, 64, 3, 90));
  for (const bool soft : {true, false}) {
    for (const std::size_t points : {1000u, 4000u, 7000u}) {
      const FaceInfo info = heavy(50000, points, soft);
      const auto fitted = fit_metadata(info);
      ASSERT_TRUE(fitted) << points << to_sentence(fitted.error());
      EXPECT_NE(fitted->gave_way.find("its mask is kept"), std::string::npos) << points;
      EXPECT_EQ(fitted->info.polygons, info.polygons);
      const auto jpeg = with_face_info(picture, info);
      ASSERT_TRUE(jpeg) << points;
      const auto back = *face_info_from_jpeg(*jpeg);
      EXPECT_EQ(back.polygons, info.polygons);
      const auto mask = decode_mask(*back.xseg_mask);
      ASSERT_TRUE(mask);
      EXPECT_GE(mask->width, 64);
      // The mesh is the last to go: it stays as long as the mask can be made small enough.
      EXPECT_EQ(back.mesh.has_value(), !(soft && points == 7000)) << points << soft;
    }
  }
}

TEST(FitMetadata, ABinaryMaskIsKeptWhole) {
  FaceInfo info = heavy(0, 500, false);
  ImageU8 mask(256, 256, 1);
  for (int y = 0; y < 256; ++y)
    for (int x = 0; x < 256; ++x) mask.at(x, y) = std::hypot(x - 128, y - 128) < 90 ? 255 : 0;
  info.xseg_mask = *encode_png(mask, {.level = 0});
  ASSERT_GT(info.xseg_mask->size(), 65533u);
  const auto fitted = fit_metadata(info);
  ASSERT_TRUE(fitted);
  EXPECT_EQ(*decode_image(*fitted->info.xseg_mask), mask);
  EXPECT_TRUE(fitted->info.mesh);
  EXPECT_EQ(fitted->gave_way, "its mask is kept in a smaller encoding");
}

TEST(FitMetadata, WhatNothingCanMakeFitIsRefused) {
  const auto labels = fit_metadata(heavy(50000, 9000, true));
  ASSERT_FALSE(labels);
  EXPECT_NE(to_sentence(labels.error()).find("9000 points"), std::string::npos);
  FaceInfo broken = heavy(0, 60, true);
  broken.xseg_mask = Bytes(70000, 3);
  EXPECT_FALSE(fit_metadata(broken));
}

TEST_F(LabelBookTest, AMaskThatGaveWayComesBackWithTheUndo) {
  FaceInfo info = heavy(0, 3, true);
  info.polygons.clear();
  ASSERT_TRUE(write_file(folder_ / a_, *with_face_info(bytes(a_), info)));
  const Bytes before = bytes(a_);
  Polygon many{Kind::include, std::vector<Point>(3000, Point{3, 4})};
  auto now = book();
  const auto applied = now.apply(now.begin("test"), a_, std::vector<LabelOperation>{AddPolygon{{}, many}});
  ASSERT_TRUE(applied) << to_sentence(applied.error());
  EXPECT_FALSE(applied->gave_way.empty());
  EXPECT_NE(labels(a_).mask, info.xseg_mask);
  ASSERT_TRUE(book().undo());
  EXPECT_EQ(bytes(a_), before);
}

}  // namespace
}  // namespace understudy
