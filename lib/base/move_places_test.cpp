// SPDX-License-Identifier: Apache-2.0
#include "lib/base/move_places.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "lib/base/moves.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/base/seal.hpp"

namespace understudy {
namespace {

using nlohmann::json;

TEST(Siphash, IsThatOfItsAuthors) {  // vectors_sip128 of their reference
  SealKey key;
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  const auto of = [&key](std::size_t size) {
    std::string text(size, 0);
    std::iota(text.begin(), text.end(), char{0});
    return fmt::format("{:02x}", fmt::join(siphash(key, text), ""));
  };
  EXPECT_EQ(of(0), "a3817f04ba25a8e66df67214c7550293");
  EXPECT_EQ(of(1), "da87c1d86b99af44347659119b22fc45");
  EXPECT_EQ(of(15), "5493e99933b0a8117e08ec0f97cfc3d9");
}

// A folder that came from somebody, in a user's home.
class FromSomebody : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("XDG_STATE_HOME", (home_ / "state").c_str(), 1);
    put("autostart/own.desktop");
    put("faces/x.jpg");
    put("faces/person/y.jpg");
  }
  void put(const char* name) { ASSERT_TRUE(write_text(home_ / name, name)); }
  void list(const std::string& moves, bool staged = true) {
    ASSERT_TRUE(write_text(
        journal(),
        fmt::format(R"({{"format":"understudy.moves","version":1,"staged":{},"moves":{}}})", staged, moves)));
  }
  void refuses(const std::string& moves, bool staged = true) {
    SCOPED_TRACE(moves);
    list(moves, staged);
    const auto before = all();
    const auto done = finish_moves(journal(), {trash_of(faces_)});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::bad_file);
    EXPECT_NE(done.error().message.find(journal().string()), std::string::npos);
    EXPECT_NE(done.error().hint.find("remove"), std::string::npos);
    EXPECT_EQ(all(), before);
  }
  std::vector<std::string> all() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(home_)) names.push_back(entry.path().string());
    std::ranges::sort(names);
    return names;
  }
  fs::path journal() const { return faces_ / ".understudy" / "moves.json"; }

  const ScratchFolder scratch_;
  const fs::path home_ = scratch_.path, faces_ = home_ / "faces";
};

TEST_F(FromSomebody, AListOfMovesLeadsNowhereElse) {
  fs::create_directory_symlink("../autostart", faces_ / "link");
  for (const auto& moves :
       {R"([["../x.jpg","","../../autostart/x.desktop"]])", R"([["../../autostart/own.desktop","","../a.jpg"]])",
        R"([["../x.jpg","","../link/x.desktop"]])", R"([["../link/own.desktop","","../a.jpg"]])",
        R"([["../x.jpg","../../autostart/x","../z.jpg"]])", R"([["../x.jpg","","../person/../../z"]])",
        R"([["../../faces","","../../faces_trash"]])", R"([["../","","../a.jpg"]])",
        R"([["../x.jpg","","../../faces_trash"]])"})
    for (const bool staged : {true, false}) refuses(moves, staged);
  refuses(fmt::format(R"([["../x.jpg","","{}"]])", (home_ / "autostart/x.desktop").string()));
}

TEST_F(FromSomebody, ATrashThatIsALinkIsAnotherPlace) {
  fs::create_directory_symlink("autostart", home_ / "faces_trash");
  refuses(R"([["../x.jpg","","../../faces_trash/x.desktop"]])");
}

TEST_F(FromSomebody, NoLinkIsPutInTheWayOfALaterMove) {
  fs::create_directory(faces_ / "box");
  fs::create_directory_symlink("../../autostart", faces_ / "box" / "out");
  fs::create_directory_symlink("p", faces_ / "later");
  // By way of a third name the link, or the folder in which it lies, has its place before the next file is moved.
  refuses(R"([["../box/out","../p","../q"],["../x.jpg","../p/x.desktop","../z"]])", false);
  refuses(R"([["../box","../p","../q"],["../x.jpg","../p/out/x.desktop","../z"]])", false);
  refuses(R"([["../box/out","../p","../q"],["../x.jpg","../later/x.desktop","../z"]])", false);
}

TEST_F(FromSomebody, WhatStaysWithinIsCarriedOut) {
  list(R"([["../x.jpg","","../person/x.jpg"],["../person/y.jpg","","../../faces_trash/y.jpg"]])");
  EXPECT_TRUE(*finish_moves(journal(), {trash_of(faces_)}));
  EXPECT_TRUE(fs::exists(faces_ / "person/x.jpg") && fs::exists(home_ / "faces_trash/y.jpg"));
}

TEST_F(FromSomebody, AFolderThatIsALinkIsWhatItLeadsTo) {
  fs::create_directory_symlink("faces", home_ / "aligned");
  list(R"([["../x.jpg","","../z.jpg"]])");
  EXPECT_TRUE(*finish_moves(home_ / "aligned/.understudy/moves.json", {trash_of(home_ / "aligned")}));
  EXPECT_TRUE(fs::exists(faces_ / "z.jpg"));
}

TEST_F(FromSomebody, ASealHoldsForItsFolderItsContentAndItsUser) {
  json document{{"moves", json::array({"a", "b"})}};
  Seal(faces_).put_on(document);
  ASSERT_EQ(document["seals"].size(), 2u);
  EXPECT_TRUE(Seal(faces_).is_on(document));
  EXPECT_FALSE(Seal(home_ / "autostart").is_on(document));
  auto other = document;
  other["moves"].push_back("c");
  EXPECT_FALSE(Seal(faces_).is_on(other));
  for (const auto& seals : {json(), json("x"), json::array(), json::array({1, "x", json()})}) {
    other = document;
    other["seals"] = seals;
    EXPECT_FALSE(Seal(faces_).is_on(other));
  }
  EXPECT_EQ(fs::status(home_ / "state/understudy/seal-key").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  fs::rename(faces_, home_ / "renamed");
  EXPECT_TRUE(Seal(home_ / "renamed").is_on(document));
  fs::copy(home_ / "renamed", faces_, fs::copy_options::recursive);  // as a backup that was brought back
  EXPECT_TRUE(Seal(faces_).is_on(document));
  ::setenv("XDG_STATE_HOME", (home_ / "another").c_str(), 1);
  EXPECT_FALSE(Seal(faces_).is_on(document));
  Seal(faces_).put_on(document);
  EXPECT_TRUE(Seal(faces_).is_on(document));
  // A disk that was full, or is damaged, does not end it for ever.
  for (const char* damaged : {"", "12345"}) {
    ASSERT_TRUE(write_text(home_ / "another/understudy/seal-key", damaged));
    EXPECT_FALSE(Seal(faces_).is_on(document));
    Seal(faces_).put_on(document);
    EXPECT_TRUE(Seal(faces_).is_on(document));
  }
  ::setenv("XDG_STATE_HOME", "/proc/nowhere", 1);  // where nothing can be kept
  Seal(faces_).put_on(document);
  EXPECT_FALSE(document.contains("seals"));
}

TEST_F(FromSomebody, AKeyThatCannotBeReadNowStaysTheUsers) {
  json document{{"moves", json::array({"a", "b"})}};
  Seal(faces_).put_on(document);
  const auto folder = home_ / "state/understudy", disk = home_ / "disk";
  fs::create_directories(disk);
  fs::rename(folder / "seal-key", disk / "key");
  fs::create_symlink(disk / "key", folder / "seal-key");
  ASSERT_TRUE(Seal(faces_).is_on(document));
  fs::rename(disk, home_ / "unmounted");
  json meanwhile{{"moves", json::array({"c"})}};
  Seal(faces_).put_on(meanwhile);
  EXPECT_FALSE(meanwhile.contains("seals"));
  fs::rename(home_ / "unmounted", disk);
  EXPECT_TRUE(Seal(faces_).is_on(document));
  EXPECT_EQ(std::ranges::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
}

TEST_F(FromSomebody, ADamagedKeyIsKeptUnderAnotherName) {
  const auto file = home_ / "state/understudy/seal-key";
  const std::string damaged(5000, '0');  // longer than any key
  ASSERT_TRUE(write_text(file, damaged));
  json document{{"moves", json::array()}};
  Seal(faces_).put_on(document);
  EXPECT_TRUE(Seal(faces_).is_on(document));
  EXPECT_EQ(read_text(numbered_name(file, 2)).value_or(""), damaged);
}

// One's own list is sealed, so that it leads wherever its user said.
TEST_F(FromSomebody, AKilledMoveToAnywhereGoesOn) {
  // Killed at once, it may be done already, on a machine that does something else: then once more, with more of them.
  for (int count = 300;; count *= 2) {
    ASSERT_LE(count, 20000) << "was never killed on its way";
    std::vector<Move> moves;
    for (int i = 0; i < count; ++i) {
      const auto name = fmt::format("{}-{:05}.jpg", count, i);
      std::ofstream(faces_ / name) << name;  // not synced one by one
      moves.push_back({faces_ / name, home_ / "named" / name});
    }
    const auto moved = [&] { return std::ranges::count_if(moves, [](auto& move) { return fs::exists(move.to); }); };
    const pid_t child = ::fork();
    if (child == 0) ::_exit(move_files(journal(), moves) ? 0 : 1);
    int status = 0;
    while (!fs::exists(moves.front().to) && ::waitpid(child, &status, WNOHANG) == 0) ::usleep(50);
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(!WIFEXITED(status) || WEXITSTATUS(status) == 0);
    if (!fs::exists(journal()) || moved() == count) continue;
    ASSERT_TRUE(finish_moves(journal()));
    EXPECT_EQ(moved(), count);
    EXPECT_FALSE(fs::exists(journal()));
    return;
  }
}

}  // namespace
}  // namespace understudy
