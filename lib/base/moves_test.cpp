// SPDX-License-Identifier: Apache-2.0
#include "lib/base/moves.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <random>

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

// Where there is a second file system to be had without being root.
TEST_F(Moves, BetweenTwoDisksAFileIsCopiedWhole) {
  const fs::path other = fs::path("/dev/shm") / fmt::format("understudy-moves-{}", ::getpid());
  std::error_code error;
  fs::create_directories(other, error);
  struct Gone {
    fs::path path;
    ~Gone() { fs::remove_all(path); }
  } gone{other};
  put("a.jpg", "a");
  put("b.jpg", "b");
  if (error || ::rename((folder_ / "a.jpg").c_str(), (other / "x").c_str()) == 0) GTEST_SKIP() << "only one disk here";
  ASSERT_TRUE(move_files(journal(), std::vector<Move>{{folder_ / "a.jpg", other / "trash" / "a.jpg"}}));
  EXPECT_EQ(*read_text(other / "trash" / "a.jpg"), "a");
  EXPECT_FALSE(fs::exists(folder_ / "a.jpg"));
  EXPECT_FALSE(rename_without_replacing(folder_ / "b.jpg", other / "trash" / "a.jpg"));  // taken
  // Killed between the copy and the removal.
  ASSERT_TRUE(write_text(other / "b.jpg", "b"));
  ASSERT_TRUE(write_text(
      folder_ / ".understudy" / "moves.json",
      fmt::format(R"({{"version":1,"staged":true,"moves":[["../b.jpg","","{}"]]}})", (other / "b.jpg").string())));
  ASSERT_TRUE(finish_moves(journal()));
  EXPECT_FALSE(fs::exists(folder_ / "b.jpg"));
  EXPECT_EQ(*read_text(other / "b.jpg"), "b");
}

}  // namespace
}  // namespace understudy
