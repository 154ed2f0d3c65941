// SPDX-License-Identifier: Apache-2.0
#include "steps/3_faceset/import.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "lib/base/frame_files.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/face/faceset.hpp"
#include "lib/face/pak_write.hpp"
#include "lib/image/codec.hpp"
#include "steps/3_faceset/packing.hpp"

namespace understudy {
namespace {

using nlohmann::json;

class ImportFaces : public ::testing::Test {
 protected:
  // A face that no other is like.
  static Bytes face(int which) {
    Face made;
    made.image_bgr = ImageU8(96, 96, 3);
    for (int y = 0; y < 96; ++y)
      for (int x = 0; x < 96; ++x) made.image_bgr.at(x, y, 1) = static_cast<std::uint8_t>(which * 20 + x);
    made.info.landmarks = transformed(canonical_landmarks, {{50, 0, 20, 0, 50, 20}});
    made.info.source_filename = fmt::format("{:05}.png", which);
    const ScratchFolder scratch;
    EXPECT_TRUE(write_face_jpeg(scratch.path / "a.jpg", made.image_bgr, 95, made.info));
    return *read_file(scratch.path / "a.jpg");
  }
  static void put(const fs::path& path, const Bytes& bytes) {
    fs::create_directories(path.parent_path());
    ASSERT_TRUE(write_file(path, bytes));
  }
  Result<json> import(const fs::path& from, const fs::path& into) {
    TRY(const auto report, import_faces({}, Side::src, into, {from, {}}, run_));
    return json::parse(report);
  }
  std::string refused(const fs::path& from, const fs::path& into) {
    const auto told = import(from, into);
    return told ? "not refused" : to_sentence(told.error());
  }
  static std::map<std::string, Bytes> files(const fs::path& folder) {
    std::map<std::string, Bytes> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".jpg" || entry.path().extension() == ".pak")
        found[entry.path().lexically_relative(folder).string()] = *read_file(entry.path());
    return found;
  }

  const ScratchFolder scratch_;
  const fs::path from_ = scratch_.path / "actor" / "aligned", into_ = scratch_.path / "data_src" / "aligned";
  understudy::Run run_;
};

TEST_F(ImportFaces, AddsToWhatIsThereAndWritesNothingOver) {
  put(from_ / "00001_0.jpg", face(1));
  put(from_ / "00002_0.jpg", face(2));
  put(from_ / "00003_0.jpg", face(3));
  ASSERT_TRUE(write_image(from_ / "holiday.jpg", ImageU8(40, 30, 3)));
  auto cut = face(4);
  cut.resize(cut.size() - 100);
  put(from_ / "short.jpg", cut);
  put(into_ / "00002_0.jpg", face(12));  // another face of that name
  put(into_ / "00003_0.jpg", face(3));   // the same
  const auto before = files(from_);

  const auto report = import(from_, into_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ((*report)["faces"], 2);
  EXPECT_EQ((*report)["there_already"], 1);
  EXPECT_EQ((*report)["skipped"], (json{"holiday.jpg", "short.jpg"}));
  const std::map<std::string, Bytes> wanted{
      {"00001_0.jpg", face(1)}, {"00002_0.jpg", face(12)}, {"00002_0~2.jpg", face(2)}, {"00003_0.jpg", face(3)}};
  EXPECT_EQ(files(into_), wanted);
  EXPECT_EQ(files(from_), before);

  const auto again = import(from_.parent_path(), into_);  // the folder with `aligned` in it stands for that
  ASSERT_TRUE(again) << to_sentence(again.error());
  EXPECT_EQ((*again)["faces"], 0);
  EXPECT_EQ((*again)["there_already"], 3);
  EXPECT_EQ(files(into_), wanted);
}

TEST_F(ImportFaces, TakesAPackByItselfOrByItsFolder) {
  put(from_ / "00001_0.jpg", face(1));
  put(from_ / "00002_0.jpg", face(2));
  const auto faces = files(from_);
  ASSERT_TRUE(pack_faceset(from_, {}, run_));
  const auto pack = files(from_);
  for (const auto& named : {from_, from_ / "faceset.pak", from_.parent_path()}) {
    const auto into = scratch_.path / fmt::format("into {}", named.filename().string());
    const auto report = import(named, into);
    ASSERT_TRUE(report) << to_sentence(report.error());
    EXPECT_EQ((*report)["faces"], 2);
    EXPECT_EQ(files(into), faces);
  }
  EXPECT_EQ(files(from_), pack);
}

TEST_F(ImportFaces, KeepsPersonsApart) {
  put(from_ / "Anna" / "a.jpg", face(1));
  put(from_ / "Bert" / "a.jpg", face(2));
  const auto report = import(from_, into_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(files(into_), files(from_));

  const auto single = scratch_.path / "single";
  put(single / "00001_0.jpg", face(3));
  const auto persons = files(into_), one = files(single);
  EXPECT_NE(refused(single, into_).find("a folder for each person"), std::string::npos);
  EXPECT_NE(refused(from_, single).find("holds single faces"), std::string::npos);
  EXPECT_EQ(files(into_), persons);
  EXPECT_EQ(files(single), one);
}

TEST_F(ImportFaces, RefusesWhatCannotBeMeant) {
  put(into_ / "00001_0.jpg", face(1));
  EXPECT_NE(refused({}, into_).find("--from"), std::string::npos);
  EXPECT_NE(refused(scratch_.path / "nowhere", into_).find("There are no faces at"), std::string::npos);
  EXPECT_NE(refused(into_, into_).find("is the faceset"), std::string::npos);
  EXPECT_NE(refused(into_.parent_path(), into_).find("is the faceset"), std::string::npos);
  fs::create_directories(scratch_.path / "photos");
  ASSERT_TRUE(write_image(scratch_.path / "photos" / "a.jpg", ImageU8(40, 30, 3)));
  EXPECT_EQ(import(scratch_.path / "photos", into_).error().code, Code::no_faces);
  auto half = face(1);
  half.resize(half.size() / 2);
  put(scratch_.path / "half" / "00001_0.jpg", half);
  EXPECT_EQ(import(scratch_.path / "half", into_).error().code, Code::no_faces);
  put(from_ / "00002_0.jpg", face(2));
  ASSERT_TRUE(pack_faceset(into_, {}, run_));
  const auto before = files(into_);
  EXPECT_NE(refused(from_, into_).find("faceset unpack src"), std::string::npos);
  EXPECT_EQ(files(into_), before);
}

// A pack may come from anybody: it must not write what belongs to the folder, or lock it for ever.
TEST_F(ImportFaces, APackBringsNothingButFaces) {
  std::vector<PackInput> inputs;
  for (const auto& [person, name] : std::vector<std::pair<std::string, std::string>>{{"ann", "00001_0.jpg"},
                                                                                     {".understudy", "moves.json"},
                                                                                     {".understudy", "a.jpg"},
                                                                                     {"ann", ".hidden.jpg"},
                                                                                     {"", "faceset.pak"},
                                                                                     {"", "meta.dat"},
                                                                                     {"faceset.pak", "a.jpg"},
                                                                                     {"meta.dat", "a.jpg"},
                                                                                     {"bob", "old.png"},
                                                                                     {"bob", "00002_0.jpg"}})
    inputs.push_back({name, person, face(static_cast<int>(inputs.size()))});
  fs::create_directories(from_);
  ASSERT_TRUE(write_pak(from_ / "faceset.pak", inputs));
  const auto before = files(from_);
  const std::map<std::string, Bytes> wanted{{"ann/00001_0.jpg", face(0)}, {"bob/00002_0.jpg", face(9)}};
  const json skipped{".understudy/a.jpg", ".understudy/moves.json", "ann/.hidden.jpg", "bob/old.png",
                     "faceset.pak",       "faceset.pak/a.jpg",      "meta.dat",        "meta.dat/a.jpg"};

  const auto report = import(from_, into_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ((*report)["faces"], 2);
  EXPECT_EQ((*report)["skipped"], skipped);
  EXPECT_EQ(files(into_), wanted);
  EXPECT_FALSE(fs::exists(into_ / ".understudy"));
  EXPECT_FALSE(fs::exists(into_ / "meta.dat"));

  const auto unpacked = unpack_faceset(from_, {}, run_);
  ASSERT_TRUE(unpacked) << to_sentence(unpacked.error());
  EXPECT_EQ(json::parse(*unpacked)["faces"], 2);
  EXPECT_EQ(json::parse(*unpacked)["skipped"], skipped);
  EXPECT_FALSE(fs::exists(from_ / ".understudy"));
  auto both = wanted;
  both.merge(std::map(before));  // what was passed over is in the pack alone, so that stays
  EXPECT_EQ(files(from_), both);
}

TEST_F(ImportFaces, WhatCannotBeReadHasItsNameAndStays) {
  for (int i = 1; i < 4; ++i) put(from_ / fmt::format("{:05}_0.jpg", i), face(i));
  for (const auto& into : {into_, scratch_.path / "packed"}) {
    fs::create_directories(into / "00002_0.jpg");
    fs::create_symlink(scratch_.path / "unmounted" / "a.jpg", into / "00003_0.jpg");
  }
  const auto stays = [](const fs::path& folder) {
    return fs::is_directory(folder / "00002_0.jpg") && fs::is_symlink(folder / "00003_0.jpg");
  };
  const std::map<std::string, Bytes> wanted{
      {"00001_0.jpg", face(1)}, {"00002_0~2.jpg", face(2)}, {"00003_0~2.jpg", face(3)}};
  const auto faces_of = [](const fs::path& folder) {
    std::map<std::string, Bytes> found;
    for (const auto& path : jpg_files(folder))
      if (auto bytes = read_file(path)) found[path.filename().string()] = *std::move(bytes);
    return found;
  };
  const auto report = import(from_, into_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_TRUE(stays(into_));
  EXPECT_EQ(faces_of(into_), wanted);

  const auto packed = scratch_.path / "packed";
  ASSERT_TRUE(pack_faceset(from_, {}, run_));
  fs::rename(from_ / "faceset.pak", packed / "faceset.pak");
  const auto again = pack_faceset(packed, {}, run_);  // nothing beside it that would have to be removed
  ASSERT_TRUE(again) << to_sentence(again.error());
  const auto unpacked = unpack_faceset(packed, {}, run_);
  ASSERT_TRUE(unpacked) << to_sentence(unpacked.error());
  EXPECT_TRUE(stays(packed));
  EXPECT_EQ(faces_of(packed), wanted);
}

TEST_F(ImportFaces, AFileThatCannotBeReadKeepsNoOtherBack) {
  put(from_ / "00001_0.jpg", face(1));
  fs::create_symlink(scratch_.path / "unmounted" / "a.jpg", from_ / "00002_0.jpg");
  const auto report = import(from_, into_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ((*report)["faces"], 1);
  EXPECT_EQ((*report)["skipped"], json{"00002_0.jpg"});
}

TEST_F(ImportFaces, GoesOnWhereItWasStopped) {
  for (int i = 0; i < 8; ++i) put(from_ / fmt::format("{:05}_0.jpg", i), face(i));
  put(into_ / "00003_0.jpg", face(3));  // what a killed run had written
  const auto report = import(from_, into_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ((*report)["faces"], 7);
  EXPECT_EQ(files(into_), files(from_));
}

}  // namespace
}  // namespace understudy
