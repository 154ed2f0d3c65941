// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "lib/base/scratch_folder.hpp"
#include "lib/journal/history.hpp"
#include "lib/journal/journal_file.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr FileFormat format{"understudy.test-journal", 2};

struct Entry {
  std::int64_t id = 0, group = 0;
  bool undone = false, dropped = false;
};

// The file with what its lines said.
struct Opened {
  Result<JournalFile> file;
  std::vector<json> lines;
};
Opened open(const fs::path& path) {
  Opened opened{fail(Code::internal, "not opened"), {}};
  opened.file = JournalFile::open(path, format, [&](const json& line) {
    if (!line.contains("n")) return false;
    opened.lines.push_back(line);
    return true;
  });
  return opened;
}

std::string line(int n) { return json{{"n", n}}.dump() + "\n"; }
std::string none() { return {}; }

TEST(JournalFile, LinesComeBackInOrder) {
  const ScratchFolder scratch;
  const fs::path path = scratch.path / "below" / "journal.jsonl";
  auto first = open(path);
  ASSERT_TRUE(first.file);
  EXPECT_TRUE(first.lines.empty());
  ASSERT_TRUE(first.file->append(line(1), true, none));
  ASSERT_TRUE(first.file->append(line(2), false, none));
  const auto again = open(path);
  ASSERT_EQ(again.lines.size(), 2u);
  EXPECT_EQ(again.lines[1], json({{"n", 2}}));
}

TEST(JournalFile, ATornLineIsPassedOverAndMended) {
  const ScratchFolder scratch;
  const fs::path path = scratch.path / "journal.jsonl";
  ASSERT_TRUE(open(path).file->append(line(1) + line(2), true, none));
  std::ofstream(path, std::ios::app) << R"({"n": 3)";
  auto torn = open(path);
  ASSERT_TRUE(torn.file);
  EXPECT_EQ(torn.lines.size(), 2u);
  ASSERT_TRUE(torn.file->append(line(4), true, [] { return line(1) + line(2); }));
  const auto mended = open(path);
  ASSERT_EQ(mended.lines.size(), 3u);
  EXPECT_EQ(mended.lines[2], json({{"n", 4}}));
}

TEST(JournalFile, ANewerOneIsLeftAlone) {
  const ScratchFolder scratch;
  const fs::path path = scratch.path / "journal.jsonl";
  ASSERT_TRUE(write_text(path, R"({"format": "understudy.test-journal", "version": 3})"
                               "\n"));
  const auto opened = open(path);
  ASSERT_FALSE(opened.file);
  EXPECT_EQ(opened.file.error().code, Code::newer_version);
}

TEST(History, UndoneEntriesAreDroppedByWhatIsDoneNext) {
  History<Entry> history;
  for (std::int64_t id = 1; id <= 3; ++id) history.take({id, id}, 7);
  history.take({4, 4}, 8);
  EXPECT_EQ(history.last_done(), 4);
  history.mark(4, true);
  history.mark(3, true);
  EXPECT_EQ(history.last_done(), 2);
  EXPECT_EQ(history.first_undone(), 3);
  history.take({5, 5}, 7);
  EXPECT_EQ(history.first_undone(), 4);  // of another stream
  EXPECT_EQ(history.of_stream(7).size(), 3u);
  EXPECT_TRUE(history.take_mark({{"redone", 4}}));
  EXPECT_FALSE(history.take_mark({{"n", 4}}));
  EXPECT_EQ(history.first_undone(), std::nullopt);
  EXPECT_EQ(history.next_id(), 6);
  EXPECT_EQ(history.new_group(), 6);
}

TEST(History, WhatCanBeDoneAgainStaysSoWhenOlderOnesAreForgotten) {
  History<Entry> history;
  for (std::int64_t id = 1; id <= 4; ++id) history.take({id, id}, 7);
  history.mark(4, true);
  history.take({5, 5}, 7);  // 4 is dropped
  history.mark(5, true);
  history.mark(3, true);
  history.mark(2, true);
  history.forget_before(2, [](const Entry&) { return 7; });
  EXPECT_EQ(history.first_undone(), 2);
  EXPECT_EQ(history.last_done(), std::nullopt);
  std::vector<std::int64_t> left;
  for (const auto& entry : history.of_stream(7)) left.push_back(entry.id);
  EXPECT_EQ(left, (std::vector<std::int64_t>{2, 3, 5}));
}

TEST(History, WrittenAndReadAgainItIsTheSame) {
  History<Entry> history;
  for (std::int64_t id = 1; id <= 5; ++id) history.take({id, id}, id == 2 ? 8 : 7);
  history.mark(5, true);
  history.take({6, 6}, 7);  // 5 is dropped
  for (const std::int64_t id : {6, 4, 3, 2}) history.mark(id, true);
  const auto lines = history.all_lines([](const Entry& e) { return line(static_cast<int>(e.id)); });
  History<Entry> again;
  std::istringstream in(lines);
  for (std::string text; std::getline(in, text);) {
    const json read = json::parse(text);
    if (again.take_mark(read)) continue;
    const auto n = read.at("n").get<std::int64_t>();
    again.take({n, n}, n == 2 ? 8 : 7);
  }
  EXPECT_EQ(again.entries().size(), 5u);
  for (const auto& entry : again.entries()) {
    EXPECT_EQ(entry.undone, entry.id != 1) << entry.id;
    EXPECT_FALSE(entry.dropped) << entry.id;
  }
}

}  // namespace
}  // namespace understudy
