// SPDX-License-Identifier: Apache-2.0
// Files after an order: nothing is lost, whatever happens, and everything can be taken back.
#include "steps/3_curate/apply.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <random>

#include "lib/base/scratch_folder.hpp"
#include "lib/project/faceset_folder.hpp"

namespace understudy {
namespace {

using Contents = std::map<std::string, std::string>;  // by path below the workspace

class Applied : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder()); }
  fs::path folder() const { return root_ / "aligned"; }

  void put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_text(folder() / name, text));
    CatalogueEntry e;
    e.name = name;
    e.state = FaceState::face;
    entries_.push_back(e);
  }
  void put_many(int count) {
    for (int i = 0; i < count; ++i) put(fmt::format("{:05}_0.jpg", i), fmt::format("face {}", i));
  }
  // Everything but our own notes.
  Contents contents() const {
    Contents found;
    for (const auto& item : fs::recursive_directory_iterator(root_)) {
      const auto name = item.path().lexically_relative(root_).generic_string();
      if (item.is_regular_file() && name.find(".understudy/") == name.npos) found[name] = *read_text(item.path());
    }
    return found;
  }
  // As after a sort: entries with the names they have now.
  void read_entries() {
    entries_.clear();
    const auto paths = *image_files(folder());
    for (const auto& path : paths) {
      CatalogueEntry e;
      e.name = path.filename().string();
      e.state = FaceState::face;
      entries_.push_back(e);
    }
  }
  Order shuffled(std::mt19937& chance, double thrown_out) const {
    Order order;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (std::uniform_real_distribution<double>()(chance) < thrown_out)
        order.trash.push_back(i);
      else
        order.kept.push_back({i});
    }
    std::ranges::shuffle(order.kept, chance);
    return order;
  }
  Result<> apply(const Order& order) { return apply_changes(folder(), "test", changes_of(folder(), entries_, order)); }

  const ScratchFolder scratch_;
  const fs::path root_ = scratch_.path;
  std::vector<CatalogueEntry> entries_;
};

TEST_F(Applied, NamesNumbersAndTrashAndTakesItBack) {
  for (const char* name : {"b.jpg", "a.PNG", "c.jpeg"}) put(name, name);
  const auto before = contents();
  ASSERT_TRUE(apply({.kept = {{1}, {0}}, .trash = {2}}));
  EXPECT_EQ(
      contents(),
      (Contents{{"aligned/00000.PNG", "a.PNG"}, {"aligned/00001.jpg", "b.jpg"}, {"aligned_trash/c.jpeg", "c.jpeg"}}));
  const auto undone = undo_last_change(folder());
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->what, "test");
  EXPECT_EQ(undone->restored, 3U);
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(undo_last_change(folder()).error().code, Code::not_found);
}

TEST_F(Applied, LeavesAloneWhatCannotBeReadAndSkipsItsNumber) {
  for (const char* name : {"00001.jpg", "x.jpg", "y.jpg"}) put(name, name);
  entries_[0].state = FaceState::unreadable;
  ASSERT_TRUE(apply({.kept = {{1}, {2}}, .alone = {0}}));
  EXPECT_EQ(
      contents(),
      (Contents{{"aligned/00000.jpg", "x.jpg"}, {"aligned/00001.jpg", "00001.jpg"}, {"aligned/00002.jpg", "y.jpg"}}));
}

// What is no face but bears a face's name: no entry speaks of it.
TEST_F(Applied, PassesOverNumbersThatALinkOrAFolderBears) {
  for (const char* name : {"x.jpg", "y.jpg", "00003.jpg"}) put(name, name);
  fs::create_symlink("nowhere", folder() / "00000.jpg");
  fs::create_directories(folder() / "00002.jpg");
  const auto done = apply({.kept = {{1}, {2}, {0}}});
  ASSERT_TRUE(done) << to_sentence(done.error());
  EXPECT_EQ(
      contents(),
      (Contents{{"aligned/00001.jpg", "y.jpg"}, {"aligned/00003.jpg", "00003.jpg"}, {"aligned/00004.jpg", "x.jpg"}}));
  EXPECT_TRUE(fs::is_symlink(folder() / "00000.jpg"));
  EXPECT_TRUE(fs::is_directory(folder() / "00002.jpg"));
  ASSERT_TRUE(undo_last_change(folder()));
  EXPECT_EQ(contents(),
            (Contents{{"aligned/00003.jpg", "00003.jpg"}, {"aligned/x.jpg", "x.jpg"}, {"aligned/y.jpg", "y.jpg"}}));
}

TEST_F(Applied, KeepsWhatIsInTheTrashAlready) {
  put("a.jpg", "second");
  fs::create_directories(root_ / "aligned_trash");
  ASSERT_TRUE(write_text(root_ / "aligned_trash" / "a.jpg", "first"));
  ASSERT_TRUE(apply({.trash = {0}}));
  EXPECT_EQ(contents(), (Contents{{"aligned_trash/a.jpg", "first"}, {"aligned_trash/a~2.jpg", "second"}}));
  ASSERT_TRUE(undo_last_change(folder()));
  EXPECT_EQ(contents(), (Contents{{"aligned/a.jpg", "second"}, {"aligned_trash/a.jpg", "first"}}));
}

TEST_F(Applied, TakesBackSortAfterSort) {
  std::mt19937 chance(11);
  put_many(40);
  std::vector<Contents> states{contents()};
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(apply(shuffled(chance, 0.1)));
    states.push_back(contents());
    read_entries();
  }
  while (states.size() > 1) {
    states.pop_back();
    ASSERT_TRUE(undo_last_change(folder()));
    EXPECT_EQ(contents(), states.back());
  }
}

TEST_F(Applied, TakesBackWhatIsStillThere) {
  put_many(5);
  ASSERT_TRUE(apply({.kept = {{4}, {3}, {2}, {1}, {0}}}));
  fs::remove(folder() / "00000.jpg");                             // was face 4
  ASSERT_TRUE(write_text(folder() / "00003_0.jpg", "newcomer"));  // has face 3's old name
  const auto undone = undo_last_change(folder());
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->missing, 1U);
  EXPECT_EQ(undone->restored, 4U);
  EXPECT_EQ(undone->renamed, 1U);
  EXPECT_EQ(contents(), (Contents{{"aligned/00000_0.jpg", "face 0"},
                                  {"aligned/00001_0.jpg", "face 1"},
                                  {"aligned/00002_0.jpg", "face 2"},
                                  {"aligned/00003_0.jpg", "newcomer"},
                                  {"aligned/00003_0~2.jpg", "face 3"}}));
}

// Every content once, whatever its name: nothing lost, nothing doubled.
std::map<std::string, int> faces_in(const Contents& contents) {
  std::map<std::string, int> faces;
  for (const auto& [name, text] : contents) ++faces[text];
  return faces;
}

TEST_F(Applied, AHundredKillsLoseNothingAndUndoGoesAllTheWayBack) {
  std::mt19937 chance(17);
  put_many(80);
  const auto first = contents();
  const auto all = faces_in(first);
  int killed = 0, sorts = 0;
  for (int round = 0; killed < 100 && round < 1000; ++round) {
    read_entries();
    // The last 20 sorts can be taken back: to reach the first of them, never more than 15 are on the pile.
    const bool undo = sorts > 0 && (sorts >= 15 || chance() % 3 == 0);
    const Order order = shuffled(chance, 0.05);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto lock = take_faceset(folder());
      const bool done = lock && (undo ? undo_last_change(folder()).has_value() : apply(order).has_value());
      ::_exit(done ? 0 : 1);
    }
    ::usleep(std::uniform_int_distribution<useconds_t>(0, 8000)(chance));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    killed += WIFSIGNALED(status);
    ASSERT_EQ(faces_in(contents()), all) << "round " << round;
    ASSERT_TRUE(take_faceset(folder()));  // what the next command does first
    ASSERT_EQ(faces_in(contents()), all) << "round " << round;
    sorts = 0;
    std::error_code none_yet;
    for (const auto& item : fs::directory_iterator(folder() / ".understudy" / "sorts", none_yet))
      sorts += item.path().extension() == ".json";
    for (const auto& [name, text] : contents()) ASSERT_EQ(name.find("understudy-"), name.npos) << name;
  }
  EXPECT_EQ(killed, 100);
  while (undo_last_change(folder())) {
  }
  EXPECT_EQ(contents(), first);
}

}  // namespace
}  // namespace understudy
