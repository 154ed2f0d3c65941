// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/face_keeper.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/image/codec.hpp"
#include "lib/image/convert.hpp"

namespace understudy {
namespace {

// A frame with two faces, written again and again as if each time something else were found.
class Keeper : public ::testing::Test {
 protected:
  static NewFace face_at(double x, int grey = 100) {
    NewFace one;
    Landmarks68 in_frame = canonical_landmarks;
    for (auto& p : in_frame) p = p * 100 + Point{x, 50};
    one.face.info.source_filename = "00007.png";
    one.face.info.face_type = FaceType::whole;
    one.face.info.source_landmarks = in_frame;
    one.face.info.image_to_face_mat = Affine{{1, 0, -x, 0, 1, -50}};
    one.face.info.landmarks = transformed(in_frame, *one.face.info.image_to_face_mat);
    one.face.image_bgr = ImageU8(96, 96, 3, static_cast<std::uint8_t>(grey));
    return one;
  }
  // As a further run would.
  FrameRecord write(std::vector<NewFace> faces, const FrameRecord* before = nullptr, bool bring_back = false) {
    FaceKeeper keeper(folder_, *PresentFaces::read(folder_), 90, [this](std::string text) { said_ += text; });
    FrameRecord record{"00007.png", 1, {}, {}, "look", {}, {}};
    const auto written = keeper.write(faces, before, bring_back, record);
    EXPECT_TRUE(written) << to_sentence(written.error());
    set_aside_ = keeper.aside().count();
    return record;
  }
  std::map<std::string, Bytes> files(const fs::path& folder) const {
    std::map<std::string, Bytes> found;
    if (const auto images = image_files(folder)) {
      for (const auto& path : *images) found[path.filename().string()] = *read_file(path);
    }
    return found;
  }
  void change_metadata(const std::string& name, const std::function<void(FaceInfo&)>& change) {
    auto info = *read_face_info(folder_ / name);
    change(info);
    ASSERT_TRUE(write_file(folder_ / name, *with_face_info(*read_file(folder_ / name), info)));
  }

  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path / "aligned", backup_ = scratch_.path / "aligned_backup-1";
  std::string said_;
  std::size_t set_aside_ = 0;
};

TEST_F(Keeper, WhatIsAsItWasWrittenIsReplaced) {
  const auto first = write({face_at(0), face_at(300)});
  EXPECT_EQ(first.files, (std::vector<std::string>{"00007_0.jpg", "00007_1.jpg"}));
  const auto second = write({face_at(2, 200), face_at(300)}, &first);
  EXPECT_EQ(second.files, first.files);
  EXPECT_NE(second.marks[0], first.marks[0]);
  EXPECT_EQ(second.marks[1], first.marks[1]);
  const auto third = write({face_at(300)}, &second);  // the other is not found any more
  EXPECT_EQ(files(folder_).size(), 1u);
  EXPECT_EQ(third.files, (std::vector<std::string>{"00007_1.jpg"}));
  EXPECT_FALSE(fs::exists(backup_));
}

TEST_F(Keeper, LabelsGoOverAndNothingIsPutAside) {
  const auto first = write({face_at(0)});
  change_metadata("00007_0.jpg", [](FaceInfo& info) {
    info.polygons = {{Polygon::Kind::include, {{10, 10}, {60, 10}, {30, 70}}}};
  });
  write({face_at(4, 200)}, &first);
  EXPECT_EQ(set_aside_, 0u);
  const auto face = read_face(folder_ / "00007_0.jpg");
  ASSERT_TRUE(face);
  EXPECT_EQ(face->image_bgr.at(5, 5), 200);
  ASSERT_EQ(face->info.polygons.size(), 1u);
  EXPECT_NEAR(face->info.polygons[0].points[0].x, 6, 1e-9);  // the crop moved by 4 to the right
}

TEST_F(Keeper, AFaceWhoseMaskDoesNotFitAnyMoreIsKept) {
  const auto first = write({face_at(0)});
  change_metadata("00007_0.jpg", [](FaceInfo& info) {
    std::uint32_t random = 1;
    ImageU8 mask(200, 200, 1);
    for (auto& v : mask.data) v = static_cast<std::uint8_t>((random = random * 1664525 + 1013904223) >> 24);
    info.xseg_mask = *encode_mask(to_float(mask));
    info.polygons = {{Polygon::Kind::include, std::vector<Point>(2300, Point{3, 4})}};
  });
  const auto worked_on = files(folder_);
  NewFace moved = face_at(4, 200);
  moved.face.info.mesh = Mesh468{};
  write({moved}, &first);
  const auto now = *read_face_info(folder_ / "00007_0.jpg");
  EXPECT_EQ(now.polygons[0].points.size(), 2300u);
  EXPECT_TRUE(now.xseg_mask);
  EXPECT_EQ(files(backup_), worked_on);
}

TEST_F(Keeper, APictureThatWasWorkedOnIsKept) {
  const auto first = write({face_at(0)});
  const auto info = *read_face_info(folder_ / "00007_0.jpg");
  ASSERT_TRUE(write_face_jpeg(folder_ / "00007_0.jpg", ImageU8(96, 96, 3, 30), 95, info));  // enhanced
  const auto enhanced = files(folder_);
  write({face_at(4, 200)}, &first);
  EXPECT_EQ(files(backup_), enhanced);
  EXPECT_NE(said_.find(backup_.string()), std::string::npos);
  EXPECT_EQ(read_face(folder_ / "00007_0.jpg")->image_bgr.at(5, 5), 200);
  // A face that is no longer found goes the same way.
  ASSERT_TRUE(write_face_jpeg(folder_ / "00007_0.jpg", ImageU8(96, 96, 3, 40), 95, info));
  write({}, &first);
  EXPECT_TRUE(files(folder_).empty());
  EXPECT_EQ(files(scratch_.path / "aligned_backup-2").size(), 1u);
}

TEST_F(Keeper, WeededOutFacesStayOutUntilTheyAreWanted) {
  const auto first = write({face_at(0), face_at(300)});
  fs::remove(folder_ / "00007_0.jpg");
  const auto second = write({face_at(2, 200), face_at(300)}, &first);
  EXPECT_EQ(second.files, (std::vector<std::string>{"00007_1.jpg"}));
  EXPECT_EQ(second.out.size(), 1u);
  const auto third = write({face_at(2, 200), face_at(300)}, &second);
  EXPECT_EQ(third.out.size(), 1u);  // and is still known
  EXPECT_FALSE(PresentFaces::read(folder_)->all_there(third));
  NewFace placed = face_at(2, 200);
  placed.by_hand = true;
  EXPECT_EQ(write({placed, face_at(300)}, &third).files.size(), 2u);
  fs::remove(folder_ / "00007_0.jpg");
  EXPECT_EQ(write({face_at(2, 200), face_at(300)}, &third, true).files.size(), 2u);
}

TEST_F(Keeper, AFaceIsKnownByItsPlaceWhateverItIsCalled) {
  const auto first = write({face_at(0), face_at(300)});
  fs::rename(folder_ / "00007_0.jpg", folder_ / "00001.jpg");  // sorted
  EXPECT_TRUE(PresentFaces::read(folder_)->all_there(first));
  const auto second = write({face_at(2, 200), face_at(300)}, &first);
  EXPECT_EQ(second.files, (std::vector<std::string>{"00001.jpg", "00007_1.jpg"}));
  EXPECT_EQ(files(folder_).size(), 2u);
}

TEST_F(Keeper, AnothersFileIsNotWrittenOver) {
  ASSERT_TRUE(write_text(folder_ / "00007_0.jpg", "no face"));
  EXPECT_EQ(write({face_at(0)}).files, (std::vector<std::string>{"00007_1.jpg"}));
  EXPECT_EQ(*read_text(folder_ / "00007_0.jpg"), "no face");
}

TEST_F(Keeper, TheJournalKeepsIt) {
  const auto first = write({face_at(0.125), face_at(300)});
  auto record = first;
  record.out = {{1, 2, 3.5, 4}};
  auto journal = *Journal::load(scratch_.path / "journal.jsonl");
  ASSERT_TRUE(journal.begin({{"options", 1}}));
  ASSERT_TRUE(journal.add(record));
  EXPECT_EQ(Journal::load(scratch_.path / "journal.jsonl")->records().at("00007.png"), record);
}

}  // namespace
}  // namespace understudy
