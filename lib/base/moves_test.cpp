// SPDX-License-Identifier: Apache-2.0
#include "lib/base/moves.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <map>
#include <random>

#include "lib/base/other_disk.hpp"
#include "lib/base/scratch_folder.hpp"

namespace understudy {
namespace {

class Moves : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void put(const std::string& name, const std::string& text) { ASSERT_TRUE(write_text(folder_ / name, text)); }
  std::map<std::string, std::string> files() {
    std::map<std::string, std::string> found;
    for (const auto& item : fs::directory_iterator(folder_))
      if (item.is_regular_file()) found[item.path().filename().string()] = *read_text(item.path());
    return found;
  }
  fs::path journal() const { return folder_ / ".understudy" / "moves.json"; }
  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path / "aligned";
};

TEST_F(Moves, NamesMayBeAnyBytes) {
  const std::string odd = "caf\xe9\n\\xe9", odder = "\xff";
  put(odd, "a");
  put(odder, "b");
  ASSERT_TRUE(
      move_files(journal(), std::vector<Move>{{folder_ / odd, folder_ / odder}, {folder_ / odder, folder_ / odd}}));
  EXPECT_EQ(files(), (std::map<std::string, std::string>{{odd, "b"}, {odder, "a"}}));
}

TEST_F(Moves, NamesMayBeSwappedInARing) {
  for (const char* name : {"a", "b", "c"}) put(name, name);
  const std::vector<Move> ring = {
      {folder_ / "a", folder_ / "b"}, {folder_ / "b", folder_ / "c"}, {folder_ / "c", folder_ / "a"}};
  ASSERT_TRUE(move_files(journal(), ring));
  EXPECT_EQ(files(), (std::map<std::string, std::string>{{"a", "c"}, {"b", "a"}, {"c", "b"}}));
  EXPECT_FALSE(fs::exists(journal()));
}

TEST_F(Moves, NothingIsWrittenOverAndNothingMovedOnARefusal) {
  for (const char* name : {"a", "b", "c"}) put(name, name);
  const auto before = files();
  EXPECT_EQ(move_files(journal(), std::vector<Move>{{folder_ / "a", folder_ / "d"}, {folder_ / "b", folder_ / "c"}})
                .error()
                .code,
            Code::bad_option);
  EXPECT_EQ(move_files(journal(), std::vector<Move>{{folder_ / "a", folder_ / "d"}, {folder_ / "b", folder_ / "d"}})
                .error()
                .code,
            Code::bad_option);
  EXPECT_EQ(move_files(journal(), std::vector<Move>{{folder_ / "a", folder_ / "d"}, {folder_ / "x", folder_ / "e"}})
                .error()
                .code,
            Code::not_found);
  EXPECT_EQ(files(), before);
  EXPECT_FALSE(rename_without_replacing(folder_ / "a", folder_ / "b"));
  EXPECT_EQ(files(), before);
}

TEST_F(Moves, AKillAtAnyMomentIsFinishedByTheNextRun) {
  std::mt19937 chance(7);
  for (int round = 0; round < 40; ++round) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::vector<Move> moves;
    std::map<std::string, std::string> wanted;
    for (int i = 0; i < 60; ++i) {
      put(fmt::format("{:03}", i), std::to_string(i));
      // Some of the names are taken, some free, some both given up and taken.
      const auto target = fmt::format("{:03}", (i * 7 + 3) % 60 + 20);
      moves.push_back({folder_ / fmt::format("{:03}", i), folder_ / target});
      wanted[target] = std::to_string(i);
    }
    const pid_t child = ::fork();
    if (child == 0) {
      const bool done = move_files(journal(), moves).has_value();
      ::_exit(done ? 0 : 1);
    }
    ::usleep(std::uniform_int_distribution<useconds_t>(0, 3000)(chance));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const bool done = !fs::exists(journal()) && files() == wanted;
    const auto finished = finish_moves(journal());
    ASSERT_TRUE(finished);
    EXPECT_FALSE(fs::exists(journal()));
    if (!done && !*finished) {  // killed before anything had been moved
      ASSERT_TRUE(move_files(journal(), moves));
    }
    remove_temporaries(folder_ / ".understudy");
    ASSERT_EQ(files(), wanted) << "round " << round;
  }
}

TEST_F(Moves, TrashKeepsEarlierFilesAndGivesThemBack) {
  put("a.jpg", "first");
  ASSERT_TRUE(move_files(journal(), moves_to_trash(folder_, std::vector<std::string>{"a.jpg"})));
  put("a.jpg", "second");
  ASSERT_TRUE(move_files(journal(), moves_to_trash(folder_, std::vector<std::string>{"a.jpg"})));
  EXPECT_EQ(trash_of(folder_ / ""), trash_of(folder_));
  EXPECT_EQ(*read_text(trash_of(folder_) / "a.jpg"), "first");
  EXPECT_EQ(*read_text(trash_of(folder_) / "a~2.jpg"), "second");
  ASSERT_TRUE(move_files(journal(), moves_from_trash(folder_, std::vector<std::string>{"a~2.jpg"})));
  EXPECT_EQ(*read_text(folder_ / "a.jpg"), "second");
  EXPECT_EQ(move_files(journal(), moves_from_trash(folder_, std::vector<std::string>{"a.jpg"})).error().code,
            Code::bad_option);
}

TEST_F(Moves, AJournalOfWhichNothingCanBeDoneIsDropped) {
  put("a", "a");
  ASSERT_TRUE(write_text(folder_ / "no folder", "a file"));
  EXPECT_FALSE(move_files(journal(), std::vector<Move>{{folder_ / "a", folder_ / "no folder" / "a"}}));
  EXPECT_FALSE(fs::exists(journal()));
  // One that an older version left so.
  ASSERT_TRUE(write_text(journal(), R"({"version":1,"staged":false,"moves":[["../a","","../no folder/a"]]})"));
  const auto finished = finish_moves(journal());
  ASSERT_TRUE(finished) << to_sentence(finished.error());
  EXPECT_FALSE(*finished);
  EXPECT_FALSE(fs::exists(journal()));
  EXPECT_EQ(*read_text(folder_ / "a"), "a");
}

TEST_F(Moves, WhatFailsInTheMiddleIsPutBack) {
  for (const char* name : {"a", "b", "c", "d"}) put(name, name);
  const auto before = files();
  const fs::path too_long = folder_ / std::string(256, 'x');
  // The first goes directly, two swap their names, the last cannot be moved.
  const std::vector<Move> moves{{folder_ / "a", folder_ / "there" / "a"},
                                {folder_ / "b", folder_ / "c"},
                                {folder_ / "c", folder_ / "b"},
                                {folder_ / "d", too_long}};
  EXPECT_FALSE(move_files(journal(), moves));
  EXPECT_EQ(files(), before);
  EXPECT_FALSE(fs::exists(journal()));
  EXPECT_TRUE(fs::is_empty(folder_ / "there"));
  ASSERT_TRUE(move_files(journal(), std::span(moves).first(3)));
  EXPECT_EQ(files(), (std::map<std::string, std::string>{{"b", "c"}, {"c", "b"}, {"d", "d"}}));
}

TEST_F(Moves, AJournalThatWasKilledBeforeItsFirstMoveIsCarriedOnOrDropped) {
  put("a", "a");
  constexpr const char* left = R"({"version":1,"staged":true,"moves":[["../a","","../there/a"]]})";
  ASSERT_TRUE(write_text(folder_ / "there", "a file where a folder should be"));
  ASSERT_TRUE(write_text(journal(), left));
  EXPECT_EQ(*finish_moves(journal()), false);  // it cannot be done: nobody is kept from working
  EXPECT_FALSE(fs::exists(journal()));
  fs::remove(folder_ / "there");
  ASSERT_TRUE(write_text(journal(), left));
  EXPECT_EQ(*finish_moves(journal()), true);
  EXPECT_EQ(*read_text(folder_ / "there" / "a"), "a");
}

TEST_F(Moves, ATrashThatCannotBeAskedIsAnErrorAndNoEndlessSearch) {
  put("a.jpg", "a");
  fs::create_symlink(trash_of(folder_).filename(), trash_of(folder_));  // leads to itself
  const auto moves = moves_to_trash(folder_, std::vector<std::string>{"a.jpg"});
  const auto moved = move_files(journal(), moves);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, Code::io);
  EXPECT_EQ(files(), (std::map<std::string, std::string>{{"a.jpg", "a"}}));
  EXPECT_FALSE(finish_moves(trash_of(folder_) / "moves.json"));  // whether moves were left there cannot be told
}

TEST_F(Moves, TheLongestNameIsThrownOutTwice) {
  std::string name = "x";
  for (int i = 0; i < 83; ++i) name += "\xe9\x9d\xa2";  // three bytes each
  name += ".jpg";
  ASSERT_EQ(name.size(), 254u);
  for (const char* text : {"first", "second"}) {
    put(name, text);
    ASSERT_TRUE(move_files(journal(), moves_to_trash(folder_, std::vector<std::string>{name})));
  }
  EXPECT_EQ(*read_text(trash_of(folder_) / name), "first");
  const auto second = numbered_name(name, 2).string();
  EXPECT_EQ(second, name.substr(0, 1 + 82 * 3) + "~2.jpg");  // whole letters
  EXPECT_EQ(*read_text(trash_of(folder_) / second), "second");
}

TEST_F(Moves, TheTrashOfALinkLiesWhereItsFilesLie) {
  const auto far = scratch_.path / "far" / "faces";
  fs::create_directories(far);
  fs::remove_all(folder_);
  fs::create_directory_symlink(far, folder_);
  put("a.jpg", "a");
  EXPECT_EQ(trash_of(folder_), fs::canonical(far).string() + "_trash");
  ASSERT_TRUE(move_files(journal(), moves_to_trash(folder_, std::vector<std::string>{"a.jpg"})));
  EXPECT_EQ(*read_text(far.string() + "_trash/a.jpg"), "a");
  ASSERT_TRUE(move_files(journal(), moves_from_trash(folder_, std::vector<std::string>{"a.jpg"})));
  EXPECT_EQ(*read_text(folder_ / "a.jpg"), "a");
}

// Looking for a seal copies and writes what stands there.
TEST_F(Moves, AListThatIsNestedDeeplyIsDamaged) {
  put("a.jpg", "a");
  ASSERT_TRUE(move_files(journal(), std::vector<Move>{{folder_ / "a.jpg", folder_ / "b.jpg"}}));  // there is a key now
  constexpr std::size_t levels = 1'000'000;
  ASSERT_TRUE(
      write_text(journal(), R"({"version":1,"staged":false,"moves":[["../b.jpg","","../c.jpg"]],"seals":[],"x":)" +
                                std::string(levels, '[') + std::string(levels, ']') + "}"));
  EXPECT_EQ(finish_moves(journal()).error().code, Code::bad_file);
  EXPECT_EQ(*read_text(folder_ / "b.jpg"), "a");
}

// Where there is a second file system to be had without being root.
TEST_F(Moves, BetweenTwoDisksAFileIsCopiedWhole) {
  const OtherDisk disk(folder_);
  const auto& other = disk.path;
  put("a.jpg", "a");
  put("b.jpg", "b");
  if (!disk.found) GTEST_SKIP() << "only one disk here";
  // A folder is not copied, and that is said before anything is moved.
  fs::create_directories(folder_ / "dir" / "inside");
  EXPECT_FALSE(
      move_files(journal(), std::vector<Move>{{folder_ / "b.jpg", other / "b"}, {folder_ / "dir", other / "dir"}}));
  EXPECT_TRUE(fs::exists(folder_ / "b.jpg") && fs::exists(folder_ / "dir" / "inside"));
  EXPECT_FALSE(fs::exists(journal()));
  ASSERT_TRUE(move_files(journal(), std::vector<Move>{{folder_ / "a.jpg", other / "trash" / "a.jpg"}}));
  EXPECT_EQ(*read_text(other / "trash" / "a.jpg"), "a");
  EXPECT_FALSE(fs::exists(folder_ / "a.jpg"));
  EXPECT_FALSE(rename_without_replacing(folder_ / "b.jpg", other / "trash" / "a.jpg"));  // taken
  // Killed between the copy and the removal.
  ASSERT_TRUE(write_text(other / "b.jpg", "b"));
  ASSERT_TRUE(write_text(
      folder_ / ".understudy" / "moves.json",
      fmt::format(R"({{"version":1,"staged":true,"moves":[["../b.jpg","","{}"]]}})", (other / "b.jpg").string())));
  EXPECT_EQ(finish_moves(journal()).error().code, Code::bad_file);  // anybody may have written it
  ASSERT_TRUE(finish_moves(journal(), {other}));
  EXPECT_FALSE(fs::exists(folder_ / "b.jpg"));
  EXPECT_EQ(*read_text(other / "b.jpg"), "b");
}

}  // namespace
}  // namespace understudy
