// SPDX-License-Identifier: Apache-2.0
#include "lib/timeline/timeline_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "lib/base/scratch_folder.hpp"
#include "lib/timeline/random_operations.hpp"

namespace understudy {
namespace {

using testing::HasSubstr;

class BookTest : public testing::Test {
 protected:
  TimelineBook open() {
    auto book = TimelineBook::open(folder(), "main");
    EXPECT_TRUE(book) << to_sentence(book.error());
    return *std::move(book);
  }
  fs::path folder() const { return scratch_.path / "merge"; }
  fs::path document() const { return folder() / "main.json"; }
  fs::path journal() const { return folder() / "main.journal.jsonl"; }
  std::string text_of(const fs::path& path) const { return read_text(path).value_or(""); }
  static std::vector<TimelineOperation> erode(const char* value) { return {SetValue{WholeClip{}, "erode", value}}; }

  ScratchFolder scratch_;
};

TEST_F(BookTest, UndoAndRedoSurviveARestart) {
  ASSERT_TRUE(open().apply("erode 5", erode("5")));
  const auto first = text_of(document());
  ASSERT_TRUE(open().apply("erode 6", erode("6")));
  const auto second = text_of(document());
  EXPECT_EQ(open().undo(), "erode 6");
  EXPECT_EQ(text_of(document()), first);
  EXPECT_EQ(open().redo(), "erode 6");
  EXPECT_EQ(text_of(document()), second);
  EXPECT_EQ(open().undo(), "erode 6");
  EXPECT_EQ(open().undo(), "erode 5");
  EXPECT_EQ(open().undo().error().code, Code::not_found);
  EXPECT_EQ(open().now(), Timeline{});
  EXPECT_EQ(open().redo(), "erode 5");
  ASSERT_TRUE(open().apply("blur", std::vector<TimelineOperation>{SetValue{WholeClip{}, "blur", "1"}}));
  EXPECT_EQ(open().redo().error().code, Code::not_found);  // something else was done since
}

// A torn last line, as a kill leaves it, makes the next mark write the journal anew.
TEST_F(BookTest, AJournalWrittenAnewKeepsTheWayForward) {
  ASSERT_TRUE(open().apply("erode 5", erode("5")));
  ASSERT_TRUE(open().apply("erode 6", erode("6")));
  ASSERT_TRUE(open().apply("erode 7", erode("7")));
  for (const char* what : {"erode 7", "erode 6", "erode 5"}) EXPECT_EQ(open().undo(), what);
  ASSERT_TRUE(write_text(journal(), text_of(journal()) + R"({"id":)"));
  EXPECT_EQ(open().redo(), "erode 5");
  EXPECT_THAT(text_of(journal()), testing::EndsWith("\n"));
  for (const char* what : {"erode 6", "erode 7"}) EXPECT_EQ(open().redo(), what);
  EXPECT_EQ(open().now().clip.values.at("erode"), "7");
}

TEST_F(BookTest, WhatChangesNothingLeavesNoTrace) {
  auto book = open();
  EXPECT_EQ(book.apply("erode", erode("5")), true);
  const auto lines = text_of(journal());
  EXPECT_EQ(book.apply("erode", erode("5")), false);
  EXPECT_EQ(text_of(journal()), lines);
  EXPECT_FALSE(book.apply("odd", std::vector<TimelineOperation>{SetValue{WholeClip{}, "blur", "3"},
                                                                SetValue{WholeClip{}, "blur", "9999"}}));
  EXPECT_EQ(text_of(journal()), lines);
  EXPECT_TRUE(book.now().clip.values == (SettingValues{{"erode", "5"}}));  // all of them or none
}

// As a kill leaves it that comes when the journal is written and the document is not.
TEST_F(BookTest, AKillBetweenJournalAndDocumentIsMadeGood) {
  ASSERT_TRUE(open().apply("erode 5", erode("5")));
  const auto before = text_of(document());
  ASSERT_TRUE(open().apply("erode 6", erode("6")));
  const auto after = text_of(document());
  ASSERT_TRUE(write_text(document(), before));
  EXPECT_EQ(read_timeline(folder(), "main")->clip.values.at("erode"), "6");
  EXPECT_EQ(text_of(document()), before);  // reading changes nothing
  { const auto book = open(); }
  EXPECT_EQ(text_of(document()), after);
  EXPECT_EQ(open().undo(), "erode 6");
  ASSERT_TRUE(write_text(document(), after));  // and in the middle of an undo
  { const auto book = open(); }
  EXPECT_EQ(text_of(document()), before);
  EXPECT_EQ(open().undo(), "erode 5");
  fs::remove(document());  // of the first change the document may never have come to be
  EXPECT_EQ(open().redo(), "erode 5");
  fs::remove(document());
  { const auto book = open(); }
  EXPECT_EQ(text_of(document()), before);
}

// Of a program that knew of no choice: the document says nothing, and the journal's digests are of such documents.
TEST_F(BookTest, AnOldBookKeepsItsRulesAndItsHistory) {
  ASSERT_TRUE(make_folders(folder()));
  Timeline old;
  old.compat = Compat::dfl;
  ASSERT_TRUE(write_text(document(), timeline_text(old)));
  ASSERT_TRUE(open().apply("erode 5", erode("5")));
  EXPECT_EQ(open().now().compat, Compat::dfl);
  EXPECT_EQ(open().undo(), "erode 5");
  EXPECT_EQ(open().now(), old);
  EXPECT_EQ(open().redo(), "erode 5");
  fs::remove(document());  // the journal alone is enough
  EXPECT_EQ(open().now().compat, Compat::dfl);
  EXPECT_EQ(open().now().clip.values.at("erode"), "5");
}

TEST_F(BookTest, AChangeByHandIsKeptAndNotUndoneOver) {
  ASSERT_TRUE(open().apply("erode 5", erode("5")));
  Timeline by_hand = open().now();
  by_hand.clip.values["blur"] = "77";
  ASSERT_TRUE(write_text(document(), timeline_text(by_hand)));
  const auto undone = open().undo();
  ASSERT_FALSE(undone);
  EXPECT_THAT(undone.error().message, HasSubstr("changed by something else"));
  EXPECT_EQ(open().now(), by_hand);
  ASSERT_TRUE(open().apply("erode 6", erode("6")));
  EXPECT_EQ(open().undo(), "erode 6");
  EXPECT_EQ(open().now(), by_hand);
}

TEST_F(BookTest, DamageIsToldAndNamesLeadNowhereElse) {
  ASSERT_TRUE(open().apply("erode 5", erode("5")));
  ASSERT_TRUE(write_text(document(), "{"));
  const auto opened = TimelineBook::open(folder(), "main");
  ASSERT_FALSE(opened);
  EXPECT_THAT(to_sentence(opened.error()), HasSubstr(document().string()));
  EXPECT_EQ(text_of(document()), "{");
  // What the sentence says one can do: without its journal it begins anew, with it the change would come back.
  EXPECT_THAT(to_sentence(opened.error()), HasSubstr("together with its journal"));
  fs::remove(document());
  EXPECT_EQ(open().now().clip.values.size(), 1u);
  fs::remove(document());
  fs::remove(folder() / "main.journal.jsonl");
  EXPECT_TRUE(open().now().clip.empty());
  ASSERT_TRUE(open().apply("erode 5", erode("5")));
  for (const char* name : {"", "../main", "a/b", ".", "..", ".hidden", "main.journal"})
    EXPECT_EQ(TimelineBook::open(folder(), name).error().code, Code::bad_option) << name;
  EXPECT_EQ(timelines_in(folder()), std::vector<std::string>{"main"});
}

// Through the disk, with restarts; UNDERSTUDY_OPERATIONS=10000 for the whole of it.
TEST_F(BookTest, RandomOperationsAreTakenBackAcrossRestarts) {
  const char* asked = std::getenv("UNDERSTUDY_OPERATIONS");
  const int count = asked ? std::atoi(asked) : 300;
  RandomOperations random(7);
  ASSERT_TRUE(open().apply("start", std::vector<TimelineOperation>{SetValue{WholeClip{}, "erode", "3"}}));
  const auto before = text_of(document());
  int changes = 0;
  auto book = std::optional(open());
  for (int i = 0; i < count; ++i) {
    const auto changed = book->apply("random", std::vector<TimelineOperation>{random.next(book->now())});
    ASSERT_TRUE(changed) << to_sentence(changed.error());
    changes += *changed;
    if (i % 100 == 37) {
      book.reset();
      book = open();
    }
    if (i % 7 == 0 && changes > 1) {
      ASSERT_TRUE(book->undo());
      ASSERT_TRUE(book->redo());
    }
  }
  const auto after = text_of(document());
  for (int i = 0; i < changes; ++i) {
    if (i % 100 == 3) {
      book.reset();
      book = open();
    }
    ASSERT_TRUE(book->undo());
  }
  EXPECT_EQ(text_of(document()), before);
  for (int i = 0; i < changes; ++i) ASSERT_TRUE(book->redo());
  EXPECT_EQ(text_of(document()), after);
}

}  // namespace
}  // namespace understudy
