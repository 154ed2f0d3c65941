// SPDX-License-Identifier: Apache-2.0
#include "lib/face/face_list.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "lib/base/scratch_folder.hpp"
#include "lib/face/pak_write.hpp"
#include "lib/face/quick_landmarks.hpp"
#include "lib/face/yaw_index.hpp"
#include "lib/image/codec.hpp"

namespace understudy {
namespace {

class FaceListTest : public ::testing::Test {
 protected:
  static FaceInfo info(int number, double turn) {
    FaceInfo out;
    out.source_filename = fmt::format("{:05}.png", number);
    for (std::size_t i = 0; i < 68; ++i) {
      const auto& p = model_points_3d[i];
      const double depth = 400 + p[2] * std::cos(turn) - p[0] * std::sin(turn);
      out.landmarks[i] = {48 + 160 * (p[0] * std::cos(turn) + p[2] * std::sin(turn)) / depth, 48 + 160 * p[1] / depth};
    }
    return out;
  }
  void write(const fs::path& folder, int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(write_face_jpeg(folder / fmt::format("{:05}_0.jpg", i),
                                  ImageU8(96, 96, 3, static_cast<uint8_t>(40 * i)), 90, info(i, 0.3 * i - 0.5)));
    }
  }
  fs::path pack() {
    const auto set = *Faceset::open(folder_);
    std::vector<PackInput> inputs;
    for (std::size_t i = 0; i < set.entries().size(); ++i)
      inputs.push_back({set.entries()[i].file_name, "", *set.jpeg(i)});
    EXPECT_TRUE(write_pak(folder_ / "faceset.pak", inputs));
    return folder_ / "faceset.pak";
  }
  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
};

void expect_same_faces(const FaceList& list, const Faceset& set) {
  ASSERT_EQ(list.count(), set.entries().size());
  for (std::size_t i = 0; i < list.count(); ++i) {
    const auto face = list.face(i);
    ASSERT_TRUE(face) << to_sentence(face.error());
    EXPECT_EQ(face->info.landmarks, set.entries()[i].info.landmarks);
    EXPECT_EQ(face->image_bgr, *set.image(i));
    EXPECT_EQ(*list.picture(i), face->image_bgr);
  }
}

TEST_F(FaceListTest, HoldsTheFacesOfTheSetLooseAndPacked) {
  write(folder_, 4);
  expect_same_faces(*FaceList::open(folder_), *Faceset::open(folder_));
  pack();
  for (int i = 0; i < 4; ++i) fs::remove(folder_ / fmt::format("{:05}_0.jpg", i));
  expect_same_faces(*FaceList::open(folder_), *Faceset::open(folder_));
}

TEST_F(FaceListTest, ReadsPacksThatNeedTheirTable) {
  write(folder_, 3);
  const auto pak = pack();
  auto bytes = *read_file(pak);
  // The last offset is not the file's length in this one: only the table tells how many faces there are.
  std::uint64_t table = 0;
  std::memcpy(&table, bytes.data() + 8, 8);
  bytes[16 + table + 8 * 3] ^= 1;
  ASSERT_TRUE(write_file(pak, bytes));
  expect_same_faces(*FaceList::open(folder_), *Faceset::open(folder_));
}

TEST_F(FaceListTest, PersonsLieInSubFolders) {
  write(folder_ / "ann", 2);
  write(folder_ / "bob", 2);
  expect_same_faces(*FaceList::open(folder_), *Faceset::open(folder_));
}

TEST_F(FaceListTest, StrangersAreErrorsAndNoFaceIsNoSet) {
  EXPECT_EQ(FaceList::open(folder_).error().code, Code::no_faces);
  EXPECT_EQ(FaceList::open(folder_ / "nowhere").error().code, Code::not_found);
  ASSERT_TRUE(write_file(folder_ / "00000_0.jpg", Bytes{0xff, 0xd8, 1}));
  EXPECT_EQ(FaceList::open(folder_).error().code, Code::no_faces);
  ASSERT_TRUE(write_face_jpeg(folder_ / "00001_0.jpg", ImageU8(96, 96, 3), 90, info(1, 0)));
  const auto list = *FaceList::open(folder_);
  ASSERT_EQ(list.count(), 2u);
  const auto stranger = list.face(0);
  ASSERT_FALSE(stranger);
  EXPECT_NE(to_sentence(stranger.error()).find("00000_0.jpg"), std::string::npos);
  EXPECT_TRUE(std::isnan(list.yaws(2)->at(0)));
}

TEST_F(FaceListTest, QuickLandmarksAreTheLandmarks) {
  FaceInfo full = info(3, 0.2);
  full.source_landmarks = info(4, 0.7).landmarks;  // must not be taken for them
  full.mesh = Mesh468{};
  const auto jpeg = *with_face_info(*encode_jpeg(ImageU8(96, 96, 3)), full);
  ASSERT_TRUE(quick_landmarks(jpeg));
  EXPECT_EQ(*quick_landmarks(jpeg), full.landmarks);
  // As DeepFaceLab's resize tool writes them, as an array: left to the full reader.
  auto dict = dict_from_face_info(full);
  dict.set("landmarks", NdArray::of<double>(*dict.find("landmarks")->numbers(), {68, 2}));
  const Bytes pickled = pickle::write(dict, pickle::Protocol::three);
  Bytes array(jpeg.begin(), jpeg.begin() + 2);
  for (const auto b : {std::size_t{0xff}, std::size_t{0xef}, (pickled.size() + 2) >> 8, (pickled.size() + 2) & 255})
    array.push_back(static_cast<std::uint8_t>(b));
  array.insert(array.end(), pickled.begin(), pickled.end());
  const auto plain = *encode_jpeg(ImageU8(96, 96, 3));
  array.insert(array.end(), plain.begin() + 2, plain.end());
  EXPECT_FALSE(quick_landmarks(array));
  EXPECT_EQ(face_info_from_jpeg(array)->landmarks, full.landmarks);
  // Damage anywhere gives the landmarks of the full reader, others, or none; never a crash.
  for (std::size_t i = 0; i < std::min<std::size_t>(jpeg.size(), 6000); ++i) {
    auto damaged = jpeg;
    damaged[i] ^= 0x55;
    quick_landmarks(damaged);
    quick_landmarks(std::span(jpeg).first(i));
  }
}

TEST_F(FaceListTest, YawsAreKeptAndFollowTheFiles) {
  write(folder_, 5);
  const auto list = *FaceList::open(folder_);
  const auto yaws = list.yaws(3).value();
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(yaws[i], static_cast<float>(compatible_pose(list.face(i)->info.landmarks, 96).yaw));
  for (std::size_t i = 1; i < 5; ++i) EXPECT_GT(std::abs(yaws[i] - yaws[i - 1]), 0.1);
  const auto file = folder_ / ".understudy" / "yaw.bin";
  EXPECT_EQ(read_yaw_index(file).size(), 5u);
  // What the index says is taken, so a second start need not look; another file under the name is looked at.
  std::vector<std::uint64_t> keys;
  std::vector<float> told;
  for (const auto& [key, yaw] : read_yaw_index(file)) {
    keys.push_back(key);
    told.push_back(yaw + 1);
  }
  ASSERT_TRUE(write_yaw_index(file, keys, told));
  EXPECT_EQ(list.yaws(1)->at(2), yaws[2] + 1);
  ASSERT_TRUE(write_face_jpeg(folder_ / "00002_0.jpg", ImageU8(96, 96, 3), 80, info(2, 0.9)));
  const auto changed = list.yaws(1).value();
  EXPECT_EQ(changed[2], static_cast<float>(compatible_pose(list.face(2)->info.landmarks, 96).yaw));
  EXPECT_EQ(changed[3], yaws[3] + 1);
  // A torn or altered index counts as none.
  auto bytes = *read_file(file);
  bytes[20] ^= 1;
  ASSERT_TRUE(write_file(file, bytes));
  EXPECT_TRUE(read_yaw_index(file).empty());
  EXPECT_EQ(list.yaws(2)->at(3), yaws[3]);
  bytes.resize(30);
  ASSERT_TRUE(write_file(file, bytes));
  EXPECT_TRUE(read_yaw_index(file).empty());
}

}  // namespace
}  // namespace understudy
