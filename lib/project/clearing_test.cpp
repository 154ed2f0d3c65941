// SPDX-License-Identifier: Apache-2.0
#include "lib/project/clearing.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "lib/base/lock.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/other_disk.hpp"
#include "lib/base/scratch_folder.hpp"

namespace understudy {
namespace {

class AFilm : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(create_workspace(film_.root));
    for (const char* name : {"data_dst/00001.png", "data_dst/notes.txt", "data_dst/aligned/00001_0.jpg",
                             "data_dst/merged/00001.png", "data_dst/merged_mask/00001.png", "data_dst.mp4",
                             "model/m/model.json", "result.mp4", ".understudy/extract-dst.jsonl"})
      ASSERT_TRUE(write_text(film_.root / name, name));
  }
  bool there(const char* name) const { return fs::exists(film_.root / name); }

  const std::function<void(std::string)> tell_ = [this](std::string text) { told_ = std::move(text); };
  std::string told_;
  const ScratchFolder scratch_;
  const Workspace film_{scratch_.path / "film"};
};

TEST_F(AFilm, TellsWhatWouldGoAndChangesNothing) {
  const auto going = what_goes(film_, "merge", "", "");
  ASSERT_TRUE(going);
  ASSERT_EQ(going->size(), 2u);
  EXPECT_EQ((*going)[0].files, 1u);
  EXPECT_EQ((*going)[0].bytes, std::string("data_dst/merged/00001.png").size());
  EXPECT_TRUE(there("data_dst/merged/00001.png"));
  EXPECT_TRUE(what_goes(film_, "faces", "src", "")->size() <= 1);
  EXPECT_FALSE(what_goes(film_, "video_of_nothing", "", ""));
  for (const char* name : {"", "..", "m/..", "none"}) EXPECT_FALSE(what_goes(film_, "model", "", name)) << name;
}

TEST_F(AFilm, GoesToTheTrashAndComesBack) {
  for (const auto& [step, file, model] : {std::tuple{"merge", "data_dst/merged/00001.png", ""},
                                          {"faces", "data_dst/aligned/00001_0.jpg", ""},
                                          {"frames", "data_dst/00001.png", ""},
                                          {"model", "model/m/model.json", "m"},
                                          {"video", "result.mp4", ""}}) {
    ASSERT_TRUE(clear_step(film_, step, "", model, tell_)) << step;
    EXPECT_FALSE(there(file)) << step;
    EXPECT_NE(told_.find(".understudy/trash/" + std::string(step)), std::string::npos);
    EXPECT_TRUE(there("data_dst.mp4") && there("data_dst/notes.txt"));
    EXPECT_TRUE(last_clear(film_).what.starts_with(step));
    const auto back = undo_clear(film_);
    ASSERT_TRUE(back) << to_sentence(back.error());
    EXPECT_EQ(*read_text(film_.root / file), file);
  }
  EXPECT_EQ(last_clear(film_).what, "");
  EXPECT_FALSE(undo_clear(film_));
}

TEST_F(AFilm, WhatTookItsPlaceStays) {
  ASSERT_TRUE(clear_step(film_, "merge", "", "", tell_));
  ASSERT_TRUE(write_text(film_.root / "data_dst/merged/00001.png", "newer"));
  ASSERT_TRUE(clear_step(film_, "merge", "", "", tell_));
  ASSERT_TRUE(write_text(film_.root / "data_dst/merged/00001.png", "newest"));
  EXPECT_EQ(undo_clear(film_)->renamed, 1u);
  EXPECT_EQ(*read_text(film_.root / "data_dst/merged/00001.png"), "newest");
  EXPECT_EQ(*read_text(film_.root / "data_dst/merged~2/00001.png"), "newer");
}

TEST_F(AFilm, ALookLeavesTheRecordOfAClearThatWasKilledHalfDone) {
  const auto state = film_.state();
  ASSERT_TRUE(write_text(state / "clears/000001.pending",
                         R"({"format":"understudy.sort","version":1,"what":"merge","moves":[
                         ["data_dst/merged",".understudy/trash/merge/data_dst/merged"],
                         ["data_dst/merged_mask",".understudy/trash/merge/data_dst/merged_mask"]]})"));
  ASSERT_TRUE(write_text(state / "moves.json", R"({"version":1,"staged":true,"moves":[
                         ["../data_dst/merged","","trash/merge/data_dst/merged"],
                         ["../data_dst/merged_mask","","trash/merge/data_dst/merged_mask"],
                         ["clears/000001.pending","","clears/000001.json"]]})"));
  fs::create_directories(state / "trash/merge/data_dst");
  fs::rename(film_.merged(), state / "trash/merge/data_dst/merged");
  EXPECT_EQ(last_clear(film_).what, "");
  EXPECT_TRUE(there(".understudy/clears/000001.pending"));
  const auto back = undo_clear(film_);
  ASSERT_TRUE(back) << to_sentence(back.error());
  EXPECT_EQ(back->restored, 2u);
  EXPECT_TRUE(there("data_dst/merged/00001.png") && there("data_dst/merged_mask/00001.png"));
  // One that was never begun goes with the next clear.
  ASSERT_TRUE(write_text(state / "clears/000001.pending", "{}"));
  ASSERT_TRUE(clear_step(film_, "merge", "", "", tell_));
  EXPECT_FALSE(there(".understudy/clears/000001.pending"));
  EXPECT_EQ(last_clear(film_).what, "merge");
}

// The folder of records of a film that came from somebody.
TEST_F(AFilm, OnlyRecordsAreTakenForRecords) {
  const auto clears = film_.state() / "clears", theirs = scratch_.path / "labels";
  for (int i = 1; i <= 30; ++i) ASSERT_TRUE(write_text(theirs / fmt::format("{:06}.json", i), "{}"));
  ASSERT_TRUE(write_text(theirs / "000031.pending", "{}"));
  fs::create_directory_symlink("../../labels", clears);
  const auto refused = clear_step(film_, "merge", "", "", tell_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("is a link"), std::string::npos);
  EXPECT_FALSE(undo_clear(film_));
  EXPECT_TRUE(there("data_dst/merged/00001.png"));
  EXPECT_EQ(std::distance(fs::directory_iterator(theirs), fs::directory_iterator()), 31);

  fs::remove(clears);
  for (const char* name : {"zzz.json", "notes.pending", "0.json"}) ASSERT_TRUE(write_text(clears / name, "{}"));
  ASSERT_TRUE(write_text(clears / "999999.json" / "inside.txt", "a folder"));
  for (int i = 0; i < 25; ++i) {
    ASSERT_TRUE(write_text(film_.root / "data_dst/merged/00001.png", std::to_string(i)));
    const auto cleared = clear_step(film_, "merge", "", "", tell_);
    ASSERT_TRUE(cleared) << to_sentence(cleared.error());
  }
  const auto back = undo_clear(film_);
  ASSERT_TRUE(back) << to_sentence(back.error());
  EXPECT_EQ(*read_text(film_.root / "data_dst/merged/00001.png"), "24");
  for (const char* name : {"zzz.json", "notes.pending", "0.json", "999999.json/inside.txt"})
    EXPECT_TRUE(fs::exists(clears / name)) << name;
  EXPECT_FALSE(fs::exists(clears / "000001.json"));
}

TEST_F(AFilm, WhatAnotherIsMakingIsNotCleared) {
  const auto refused = [&](const char* step, const char* side, const char* model = "") {
    const auto cleared = clear_step(film_, step, side, model, tell_);
    return !cleared && cleared.error().code == Code::busy;
  };
  {
    const auto held = lock_folder(film_.frames(Side::dst));
    EXPECT_TRUE(refused("frames", "dst") && refused("frames", ""));
    EXPECT_TRUE(there("data_dst/00001.png"));
  }
  {
    const auto held = lock_file(film_.result());
    EXPECT_TRUE(refused("video", ""));
    EXPECT_TRUE(there("result.mp4"));
  }
  {
    const auto held = FileLock::take(film_.model() / "m" / "lock");
    EXPECT_TRUE(refused("model", "", "m"));
    EXPECT_TRUE(there("model/m/model.json"));
  }
  for (const auto& [step, model] :
       {std::pair{"faces", ""}, {"model", "m"}, {"merge", ""}, {"frames", ""}, {"video", ""}})
    ASSERT_TRUE(clear_step(film_, step, "", model, tell_)) << step;
  for (const auto& one : fs::recursive_directory_iterator(film_.root))
    EXPECT_NE(one.path().filename().string(), "lock") << one.path();
}

TEST_F(AFilm, AnEmptyFolderDoesNotKeepFacesFromComingBack) {
  ASSERT_TRUE(clear_step(film_, "faces", "dst", "", tell_));
  ASSERT_TRUE(create_workspace(film_.root));
  ASSERT_TRUE(there("data_dst/aligned"));
  EXPECT_EQ(undo_clear(film_)->renamed, 0u);
  EXPECT_TRUE(there("data_dst/aligned/00001_0.jpg"));
  // With anything in it, it stays.
  ASSERT_TRUE(clear_step(film_, "faces", "dst", "", tell_));
  ASSERT_TRUE(write_text(film_.aligned(Side::dst) / "a.txt", "mine"));
  EXPECT_EQ(undo_clear(film_)->renamed, 1u);
  EXPECT_TRUE(there("data_dst/aligned/a.txt") && there("data_dst/aligned~2/00001_0.jpg"));
}

TEST_F(AFilm, FramesOfAllKindsGo) {
  for (const char* name : {"data_dst/00002.webp", "data_dst/00003.bmp", "data_dst/00004.jfif"})
    ASSERT_TRUE(write_text(film_.root / name, name));
  ASSERT_TRUE(clear_step(film_, "frames", "dst", "", tell_));
  EXPECT_FALSE(there("data_dst/00002.webp") || there("data_dst/00003.bmp") || there("data_dst/00004.jfif"));
  EXPECT_TRUE(there("data_dst/notes.txt") && there("data_dst/aligned/00001_0.jpg"));
  EXPECT_EQ(undo_clear(film_)->restored, 4u);
  EXPECT_TRUE(there("data_dst/00002.webp") && there("data_dst/00003.bmp") && there("data_dst/00004.jfif"));
}

TEST_F(AFilm, FromSomebodyBringsNothingFromElsewhere) {
  ASSERT_TRUE(write_text(scratch_.path / "mine/key", "mine"));
  fs::create_directory_symlink(scratch_.path / "mine", film_.root / "linked");
  for (const auto& [from, to] :
       {std::pair{"../mine/new", "result.mp4"}, {"key", "../mine/key"}, {"key", "linked/key"}}) {
    const auto record = film_.state() / "clears/000001.json";
    ASSERT_TRUE(write_text(
        record,
        fmt::format(R"({{"format":"understudy.sort","version":1,"what":"merge","moves":[["{}","{}"]]}})", from, to)));
    const auto back = undo_clear(film_);
    ASSERT_FALSE(back) << from;
    EXPECT_EQ(back.error().code, Code::bad_file);
    EXPECT_NE(back.error().message.find(record.string()), std::string::npos);
    EXPECT_TRUE(there("result.mp4") && fs::exists(scratch_.path / "mine/key"));
  }
}

TEST_F(AFilm, WhatAUserClearedByALinkComesBack) {
  fs::rename(film_.model(), scratch_.path / "models");
  fs::create_directory_symlink(scratch_.path / "models", film_.model());
  ASSERT_TRUE(clear_step(film_, "model", "", "m", tell_));
  EXPECT_FALSE(there("model/m"));
  const auto back = undo_clear(film_);
  ASSERT_TRUE(back) << to_sentence(back.error());
  EXPECT_TRUE(there("model/m/model.json"));
}

// Where there is a second file system to be had without being root.
TEST_F(AFilm, WhatLiesOnAnotherDiskStaysThere) {
  const OtherDisk disk(film_.root);
  const auto& other = disk.path;
  if (!disk.found) GTEST_SKIP() << "only one disk here";
  fs::copy(film_.frames(Side::dst), other / "dst", fs::copy_options::recursive);
  fs::remove_all(film_.frames(Side::dst));
  fs::create_directory_symlink(other / "dst", film_.frames(Side::dst));
  ASSERT_TRUE(write_text(film_.aligned(Side::src) / "00001_0.jpg", "src"));
  const auto cleared = clear_step(film_, "faces", "", "", tell_);
  ASSERT_TRUE(cleared) << to_sentence(cleared.error());
  EXPECT_FALSE(there("data_dst/aligned") || there("data_src/aligned"));
  EXPECT_TRUE(fs::exists(other / "dst/.understudy/trash/faces/data_dst/aligned/00001_0.jpg"));
  const auto back = undo_clear(film_);
  ASSERT_TRUE(back) << to_sentence(back.error());
  EXPECT_TRUE(there("data_dst/aligned/00001_0.jpg") && there("data_src/aligned/00001_0.jpg"));
}

}  // namespace
}  // namespace understudy
