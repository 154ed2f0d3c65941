// SPDX-License-Identifier: Apache-2.0
#include "lib/project/face_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "lib/base/other_disk.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/recorded_moves.hpp"

namespace understudy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FaceHistoryTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a.jpg", "b.jpg", "c.jpg"}) write(folder_ / name, name);
  }
  static void write(const fs::path& path, const std::string& text) { ASSERT_TRUE(write_text(path, text)); }
  FaceHistory open() {
    auto history = FaceHistory::open(folder_);
    EXPECT_TRUE(history) << (history ? "" : to_sentence(history.error()));
    return *std::move(history);
  }
  static std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& path : image_files(folder).value_or(std::vector<fs::path>())) names.push_back(path.filename());
    return names;
  }
  std::vector<std::string> faces() const { return names_in(folder_); }
  std::vector<std::string> trash() const { return names_in(trash_of(folder_)); }

  ScratchFolder scratch_;
  fs::path folder_ = scratch_.path / "aligned";
};

TEST_F(FaceHistoryTest, GoesBackToTheBeginningAndForthAgainOverARestart) {
  ASSERT_TRUE(open().throw_out({"a.jpg", "gone.jpg"}));
  EXPECT_EQ(open().undo_what(), "throw out 1 face");
  auto history = open();
  EXPECT_EQ(history.throw_out({"b.jpg", "c.jpg"})->faces, 2u);
  EXPECT_THAT(faces(), IsEmpty());
  EXPECT_EQ(history.bring_back({"a.jpg"})->faces, 1u);
  EXPECT_THAT(faces(), ElementsAre("a.jpg"));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(open().undo());
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
  EXPECT_EQ(open().undo().error().code, Code::not_found);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(open().redo());
  EXPECT_THAT(faces(), ElementsAre("a.jpg"));
  EXPECT_THAT(trash(), ElementsAre("b.jpg", "c.jpg"));
  EXPECT_EQ(open().redo().error().code, Code::not_found);
  EXPECT_EQ(open().throw_out({"nobody.jpg"}).error().code, Code::not_found);
}

TEST_F(FaceHistoryTest, AFaceIsFoundUnderTheNameThatASortGaveItAndAnotherIsLeftAlone) {
  write(folder_ / "b.jpg", "longer than the others");
  auto history = open();
  ASSERT_TRUE(history.throw_out({"b.jpg"}));
  ASSERT_TRUE(history.undo());
  fs::rename(folder_ / "b.jpg", folder_ / "00007.jpg");
  write(folder_ / "b.jpg", "another face");
  const auto again = history.redo();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->faces, 1u);
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
  EXPECT_EQ(*read_text(trash_of(folder_) / "b.jpg"), "longer than the others");
  ASSERT_TRUE(history.undo());  // its name is another's now
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "b~2.jpg", "c.jpg"));
  fs::remove(folder_ / "b~2.jpg");
  const auto lost = history.redo();
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->missing, 1u);
  EXPECT_EQ(*read_text(folder_ / "b.jpg"), "another face");
}

TEST_F(FaceHistoryTest, FactsAreTakenBackToo) {
  auto history = open();
  EXPECT_EQ(history.say("name", {{"person:0", "name", "Anna"}})->faces, 1u);
  EXPECT_EQ(history.say("name", {{"person:0", "name", "Anna"}})->faces, 0u);
  EXPECT_EQ(history.say("name", {{"person:0", "name", "Berta"}, {"x", "person", "3"}})->faces, 2u);
  history = open();
  EXPECT_EQ(history.facts().at("name").at("person:0"), "Berta");
  ASSERT_TRUE(history.undo());
  EXPECT_EQ(history.facts().at("name").at("person:0"), "Anna");
  EXPECT_FALSE(open().facts().contains("person") && open().facts().at("person").contains("x"));
  ASSERT_TRUE(history.redo());
  ASSERT_TRUE(history.undo());
  ASSERT_TRUE(history.say("mark", {{"y", "mark", "redo"}}));
  EXPECT_EQ(history.redo().error().code, Code::not_found);  // something else was done since
}

TEST_F(FaceHistoryTest, AJournalThatIsWrittenAnewKeepsTheWayForward) {
  ASSERT_TRUE(open().say("name", {{"person:0", "name", "Anna"}}));
  ASSERT_TRUE(open().say("name again", {{"person:0", "name", "Berta"}}));
  ASSERT_TRUE(open().undo());
  ASSERT_TRUE(open().undo());
  const auto journal = FaceHistory::path_of(folder_);
  write(journal, *read_text(journal) + "{\"id\":");  // a kill while a line was written
  ASSERT_TRUE(open().redo());                        // writes it anew
  ASSERT_TRUE(open().undo());
  write(journal, *read_text(journal) + "{\"id\":");
  ASSERT_TRUE(open().redo());
  EXPECT_EQ(open().facts().at("name").at("person:0"), "Anna");
  ASSERT_TRUE(open().redo());
  EXPECT_EQ(open().facts().at("name").at("person:0"), "Berta");
}

TEST_F(FaceHistoryTest, ATornLineIsPassedOverAndNothingElseIsLost) {
  ASSERT_TRUE(open().throw_out({"a.jpg"}));
  const auto journal = FaceHistory::path_of(folder_);
  write(journal, *read_text(journal) + R"({"id":7,"group":7,"wha)");
  ASSERT_TRUE(open().throw_out({"b.jpg"}));
  EXPECT_TRUE(open().undo());
  EXPECT_TRUE(open().undo());
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
  write(journal, R"({"format":"understudy.face-journal","version":99})"
                 "\n");
  EXPECT_EQ(FaceHistory::open(folder_).error().code, Code::newer_version);
}

// On a disk without room the second face fails: the first comes back, and the folder stands open.
TEST_F(FaceHistoryTest, ADiskThatIsFullTakesAllOrNothing) {
  const OtherDisk disk(folder_);
  const auto& other = disk.path;
  if (!disk.found) GTEST_SKIP() << "only one disk here";
  fs::create_directory_symlink(other, trash_of(folder_));
  write(folder_ / "b.jpg", std::string(5000, 'b'));
  ASSERT_TRUE(open().throw_out({"c.jpg"}));
  ASSERT_TRUE(open().undo());
  const auto failed = [&] {
    const auto before = ::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit little{4000, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &little);
    auto done = open().throw_out({"a.jpg", "b.jpg"});
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, before);
    return done;
  }();
  EXPECT_FALSE(failed);
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
  EXPECT_THAT(trash(), IsEmpty());
  ASSERT_TRUE(take_faceset(folder_));
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
  EXPECT_EQ(open().undo_what(), "");
  EXPECT_EQ(open().redo_what(), "throw out 1 face");  // what failed has not taken its place
  ASSERT_TRUE(open().throw_out({"a.jpg", "b.jpg"}));
  ASSERT_TRUE(open().undo());
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
}

TEST_F(FaceHistoryTest, WhatCannotBeDoneIsNotKeptAsDone) {
  write(trash_of(folder_), "a file where the trash folder should be");
  auto history = open();
  EXPECT_FALSE(history.throw_out({"a.jpg"}));
  EXPECT_EQ(open().undo_what(), "");
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
}

// The change that a folder says was made by hand, as somebody else's history would.
TEST_F(FaceHistoryTest, WhatCameWithTheFolderLeadsNowhereElse) {
  write(scratch_.path / "mine/key.jpg", "mine");
  fs::create_directory_symlink(scratch_.path / "mine", folder_ / "link");
  const auto line = [this](const fs::path& file, const std::string& from, const std::string& to) {
    return fmt::format(R"({{"id":1,"group":1,"what":"throw out 1 face","moves":[["{}","{}",{},{}]]}})", from, to,
                       fs::file_size(file), fs::last_write_time(file).time_since_epoch().count());
  };
  const auto mine = scratch_.path / "mine/key.jpg";
  for (const auto& moves : {line(mine, "z.jpg", "../mine/key.jpg"), line(mine, "z.jpg", "link/key.jpg"),
                            line(folder_ / "a.jpg", "../mine/new.jpg", "a.jpg"),
                            line(folder_ / "a.jpg", "../mine/new.jpg", "../aligned_trash/a.jpg")}) {
    SCOPED_TRACE(moves);
    write(FaceHistory::path_of(folder_), R"({"format":"understudy.face-journal","version":1})"
                                         "\n" +
                                             moves + "\n");
    auto history = open();
    EXPECT_EQ(history.undo_what(), "throw out 1 face");
    const auto undone = history.undo();
    ASSERT_FALSE(undone);
    EXPECT_EQ(undone.error().code, Code::bad_file);
    EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
    EXPECT_THAT(names_in(scratch_.path / "mine"), ElementsAre("key.jpg"));
  }
  // Within the folder and its trash it is done, whoever wrote it.
  fs::create_directories(trash_of(folder_));
  fs::rename(folder_ / "a.jpg", trash_of(folder_) / "a.jpg");
  write(FaceHistory::path_of(folder_), R"({"format":"understudy.face-journal","version":1})"
                                       "\n" +
                                           line(trash_of(folder_) / "a.jpg", "a.jpg", "../aligned_trash/a.jpg") + "\n");
  ASSERT_TRUE(open().undo());
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
}

// The trash is a link that the user made: what was thrown out there comes back, also after the journal was written
// anew.
TEST_F(FaceHistoryTest, ATrashThatIsALinkGivesBackWhatItsUserThrewOut) {
  fs::create_directories(scratch_.path / "far");
  fs::create_directory_symlink(scratch_.path / "far", trash_of(folder_));
  ASSERT_TRUE(open().throw_out({"a.jpg"}));
  EXPECT_THAT(names_in(scratch_.path / "far"), ElementsAre("a.jpg"));
  auto text = *read_text(FaceHistory::path_of(folder_));
  write(FaceHistory::path_of(folder_), text + "torn");
  ASSERT_TRUE(open().throw_out({"b.jpg"}));
  for (int i = 0; i < 2; ++i) {
    const auto undone = open().undo();
    ASSERT_TRUE(undone) << to_sentence(undone.error());
  }
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
}

// A folder may come with anything under names of records: the next sort is done all the same, and can be taken back.
TEST_F(FaceHistoryTest, NoNameAmongTheRecordsOfSortsEndsSorting) {
  constexpr MoveKind sorts{"sorts", "sort", places_of_faces};
  const auto records = folder_ / ".understudy" / "sorts";
  for (const char* name : {"2147483647", "999999999", "-00007", "+00007", "99999999999999999999"})
    write(records / fmt::format("{}.json", name), "{}");
  fs::create_directories(records / "000002.json");
  fs::create_directories(records / "000003.pending");
  write(records / "000004.undone" / "notes.txt", "mine");
  const auto sort = [&](const char* from, const char* to) {
    const auto done = move_recorded(folder_, sorts, "a test", std::vector<Move>{{folder_ / from, folder_ / to}});
    ASSERT_TRUE(done) << to_sentence(done.error());
  };
  sort("a.jpg", "d.jpg");
  sort("d.jpg", "e.jpg");
  EXPECT_THAT(faces(), ElementsAre("b.jpg", "c.jpg", "e.jpg"));
  for (int i = 0; i < 2; ++i) {
    const auto last = last_recorded(folder_, sorts);
    ASSERT_TRUE(last) << to_sentence(last.error());
    EXPECT_EQ(take_back(folder_, sorts, *last)->restored, 1u);
  }
  EXPECT_THAT(faces(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
  EXPECT_EQ(*read_text(records / "000004.undone" / "notes.txt"), "mine");
  EXPECT_EQ(*read_text(records / "000001.json"), "{}");  // somebody's own stay, in their order
}

}  // namespace
}  // namespace understudy
