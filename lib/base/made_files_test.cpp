// SPDX-License-Identifier: Apache-2.0
#include "lib/base/made_files.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <random>

#include "lib/base/lock.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/scratch_folder.hpp"
#include "lib/base/system.hpp"

namespace understudy {
namespace {

std::span<const std::uint8_t> bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
void shift_time(const fs::path& path) { fs::last_write_time(path, fs::last_write_time(path) + std::chrono::hours(1)); }

TEST(MadeFiles, OnlyWhatWasWrittenHereIsOurs) {
  const ScratchFolder scratch;
  const auto& folder = scratch.path;
  {
    auto made = MadeFiles::open(folder);
    ASSERT_TRUE(made);
    ASSERT_TRUE(made->write("a.png", bytes("one"), "key one"));
    ASSERT_TRUE(made->write("\xff\xfe%.png", bytes("odd name")));
  }
  ASSERT_TRUE(write_text(folder / "theirs.png", "theirs"));
  auto made = MadeFiles::open(folder);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->made_of("a.png"), "key one");
  EXPECT_TRUE(made->ours("\xff\xfe%.png"));
  EXPECT_FALSE(made->ours("theirs.png"));
  EXPECT_FALSE(made->ours("missing.png"));
  shift_time(folder / "a.png");  // copied to another disk: the content decides
  EXPECT_TRUE(made->ours("a.png"));
  ASSERT_TRUE(write_text(folder / "a.png", "two"));  // as long, by somebody else
  shift_time(folder / "a.png");
  EXPECT_FALSE(made->ours("a.png"));
  EXPECT_EQ(made->last_made_of("a.png"), "key one");
}

TEST(MadeFiles, WhatIsDisownedIsSomebodysThoughItsContentIsWhatWeWrote) {
  const ScratchFolder scratch;
  const std::vector<fs::path> names{"a.jpg", "unheard-of.jpg"};
  {
    auto made = MadeFiles::open(scratch.path);
    ASSERT_TRUE(made);
    ASSERT_TRUE(made->write("a.jpg", bytes("face")));
    ASSERT_TRUE(made->write("b.jpg", bytes("face")));
    ASSERT_TRUE(made->disown(names));
    EXPECT_FALSE(made->ours("a.jpg"));
  }
  auto made = MadeFiles::open(scratch.path);
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->ours("a.jpg"));
  EXPECT_TRUE(made->ours("b.jpg"));
  ASSERT_TRUE(write_text(scratch.path / "a.jpg", ""));
  EXPECT_FALSE(made->ours("a.jpg"));
  ASSERT_TRUE(made->write("a.jpg", bytes("anew")));
  EXPECT_TRUE(made->ours("a.jpg"));
}

TEST(MadeFiles, WhatAKilledRunLeftOfANewListGoes) {
  const ScratchFolder scratch;
  const auto list = scratch.path / ".understudy" / "made.jsonl";
  ASSERT_TRUE(make_folders(list.parent_path()));
  const pid_t child = ::fork();
  if (child == 0) {
    std::ofstream(temporary_name(list)) << "half of it";
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_FALSE(fs::is_empty(list.parent_path()));
  ASSERT_TRUE(MadeFiles::open(scratch.path));
  EXPECT_TRUE(fs::is_empty(list.parent_path()));
}

TEST(MadeFiles, AListWithATornTailIsRead) {
  const ScratchFolder scratch;
  {
    auto made = MadeFiles::open(scratch.path);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(made->write(std::to_string(i), bytes("x"), "k"));
  }
  const auto list = scratch.path / ".understudy" / "made.jsonl";
  auto text = *read_text(list);
  text.resize(text.size() - 7);
  ASSERT_TRUE(write_text(list, text));
  auto made = MadeFiles::open(scratch.path);
  ASSERT_TRUE(made);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(made->ours(std::to_string(i))) << i;
  ASSERT_TRUE(made->write("0", bytes("y"), "k2"));
  EXPECT_EQ(MadeFiles::open(scratch.path)->made_of("0"), "k2");
}

TEST(MadeFiles, AKillAtAnyMomentLeavesNoFileOfOursUnknown) {
  const ScratchFolder scratch;
  std::mt19937 chance(3);
  for (int round = 0; round < 30; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto made = MadeFiles::open(scratch.path);
      for (int i = 0; made && i < 1000; ++i) {
        const auto text = fmt::format("{} {}", round, i);
        if (!made->write(std::to_string(i % 7), bytes(text), text)) break;
      }
      ::_exit(0);
    }
    ::usleep(std::uniform_int_distribution<useconds_t>(0, 20000)(chance));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    remove_temporaries(scratch.path);
    auto made = MadeFiles::open(scratch.path);
    ASSERT_TRUE(made);
    for (int i = 0; i < 7; ++i) {
      const auto name = std::to_string(i);
      const auto there = read_text(scratch.path / name);
      if (there) {
        EXPECT_EQ(made->made_of(name), *there) << "round " << round;
      }
    }
  }
}

TEST(Aside, TakesWhatIsNotOursAndNamesTheFolder) {
  const ScratchFolder scratch;
  const auto folder = scratch.path / "merged";
  auto made = MadeFiles::open(folder);
  ASSERT_TRUE(made->write("1.png", bytes("ours")));
  ASSERT_TRUE(write_text(folder / "2.png", "theirs"));
  std::vector<std::string> said;
  Aside aside(folder, [&said](std::string text) { said.push_back(std::move(text)); });
  for (const char* name : {"1.png", "2.png", "3.png"}) ASSERT_TRUE(aside.make_way(*made, name));
  EXPECT_EQ(aside.count(), 1u);
  EXPECT_TRUE(fs::exists(folder / "1.png"));
  EXPECT_EQ(*read_text(scratch.path / "merged_backup-1" / "2.png"), "theirs");
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("merged_backup-1"), std::string::npos);
  EXPECT_EQ(free_backup_name(folder), scratch.path / "merged_backup-2");
  EXPECT_EQ(*put_folder_aside(folder), scratch.path / "merged_backup-2");
  EXPECT_TRUE(MadeFiles::open(scratch.path / "merged_backup-2")->ours("1.png"));  // its list goes with it
}

TEST(Aside, ASingleFileOfSomebodyElseIsKept) {
  const ScratchFolder scratch;
  const auto file = scratch.path / "result.mp4";
  ASSERT_TRUE(write_text(file, "theirs"));
  ASSERT_TRUE(write_over_ours(file, "first", {}));
  ASSERT_TRUE(write_over_ours(file, "second", {}));
  EXPECT_EQ(*read_text(file), "second");
  EXPECT_EQ(*read_text(scratch.path / "result_backup-1" / "result.mp4"), "theirs");
  EXPECT_FALSE(fs::exists(scratch.path / "result_backup-2"));
}

TEST(FileLock, SaysWhoHoldsItAndLeavesNothing) {
  const ScratchFolder scratch;
  {
    const auto lock = lock_folder(scratch.path / "faces");
    ASSERT_TRUE(lock);
    const auto second = lock_folder(scratch.path / "faces");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::busy);
    for (const auto& said : {(scratch.path / "faces").string(), fmt::format("process {} on ", ::getpid()),
                             std::string("since 2"), std::string("another understudy")})
      EXPECT_NE(second.error().message.find(said), std::string::npos) << second.error().message;
    const auto holder = lock_holder(scratch.path / "faces/.understudy/lock");
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->process, ::getpid());
    EXPECT_EQ(holder->machine, host_name());
  }
  EXPECT_FALSE(lock_holder(scratch.path / "faces/.understudy/lock"));
  for (const char* text :
       {"", "process ", "process 1", "process x on here, since then", "process -4 on here, since then"}) {
    ASSERT_TRUE(write_text(scratch.path / "odd", text));
    EXPECT_FALSE(lock_holder(scratch.path / "odd")) << text;
  }
  EXPECT_TRUE(fs::is_empty(scratch.path / "faces"));
  EXPECT_TRUE(lock_folder(scratch.path / "faces"));
}

TEST(FileLock, IsHeldByOneOfManyWhoTakeAndGiveIt) {
  const ScratchFolder scratch;
  const auto counter = scratch.path / "counter";
  ASSERT_TRUE(write_text(counter, "0"));
  std::vector<pid_t> children;
  constexpr int processes = 4, turns = 40;
  for (int c = 0; c < processes; ++c) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int done = 0; done < turns;) {
        const auto lock = FileLock::take(scratch.path / ".understudy" / "lock");
        if (!lock) continue;
        const int n = std::stoi(*read_text(counter));
        if (!write_text(counter, std::to_string(n + 1))) ::_exit(1);
        ++done;
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(*read_text(counter), std::to_string(processes * turns));
}

}  // namespace
}  // namespace understudy
