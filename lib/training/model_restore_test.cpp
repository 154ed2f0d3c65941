// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/model_restore.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <random>

#include "lib/base/folder_events.hpp"
#include "lib/training/model_fake.hpp"

namespace understudy {
namespace {

class AModel : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = ModelFolder::create(model_, described());
    ASSERT_TRUE(folder);
    for (const int i : {3, 5}) {
      ASSERT_TRUE(folder->save(made(i)));
      ASSERT_TRUE(folder->backup());
    }
    auto changed = folder->description();
    changed.shared.random_warp = false;
    ASSERT_TRUE(folder->change_description(changed));
    for (const int i : {7, 9}) ASSERT_TRUE(folder->save(made(i)));
  }
  KeptState state(int backup, std::int64_t iteration) const {
    const auto states = kept_states(model_);
    for (const auto& s : *states)
      if (s.backup == backup && s.entry.iteration == iteration) return s;
    ADD_FAILURE() << "there is no such state";
    return {};
  }
  // Restores of that state, each from the model as it is now, the first undisturbed, the others killed after any time:
  // `check` is told whether the state is the newest then.
  void kill_restores(int backup, std::int64_t iteration, unsigned seed, const std::function<void(bool there)>& check) {
    const auto before = scratch_.path / "before";
    fs::copy(model_, before, fs::copy_options::recursive);
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(restore(model_, face_model_kind(), state(backup, iteration)));
    const auto whole = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
    check(true);
    std::mt19937 chance(seed);
    int again = 0, done = 0;
    for (int k = 0; k < 60; ++k) {
      fs::remove_all(model_);
      fs::copy(before, model_, fs::copy_options::recursive);
      const auto wanted = state(backup, iteration);
      const pid_t child = ::fork();
      if (child == 0) ::_exit(restore(model_, face_model_kind(), wanted) ? 0 : 1);
      ::usleep(static_cast<useconds_t>(std::uniform_real_distribution<>(0, 1.5 * whole)(chance)));
      ::kill(child, SIGKILL);
      int status = 0;
      ::waitpid(child, &status, 0);
      const bool there = trained_iterations(model_) == iteration;
      ++(there ? done : again);
      check(there);
      if (HasFatalFailure()) return;
    }
    EXPECT_GT(again, 0);
    EXPECT_GT(done, 0);
  }
  // As the restore of a backup leaves it that was killed when the list was written and nothing else yet.
  void leave_half_restored(const KeptState& wanted) {
    auto list = *usable_list(model_);
    auto entry = wanted.entry;
    entry.save = list.entries.back().save + 1;
    for (auto* file : {&entry.weights, &entry.optimizer, &entry.history}) {
      const auto from = wanted.folder / file->name;
      file->name = fmt::format("{}-{}.safetensors", from.stem().string(), entry.save);
      fs::copy_file(from, model_ / file->name);
    }
    const auto then = ModelFolder::open(wanted.folder)->description();
    ASSERT_TRUE(write_note(model_, {entry, to_json(then)}, list.entries));
    spit(model_ / "restore.json", sealed({{"weights", entry.weights.checksum}}));
    list.entries.push_back(entry);
    ASSERT_TRUE(write_list(model_, list.entries));
  }
  // Iterations of the backups, the newest first.
  std::vector<std::int64_t> backups() const {
    std::vector<std::int64_t> found;
    const auto states = kept_states(model_);
    for (const auto& s : *states)
      if (s.backup > 0) found.push_back(s.entry.iteration);
    return found;
  }
  LoadedGeneration loaded(const fs::path& folder) const {
    std::vector<std::string> warnings;
    auto now = ModelFolder::open(folder)->load_trained(true, warnings);
    EXPECT_TRUE(now && warnings.empty());
    return *std::move(now);
  }

  const ScratchFolder scratch_;
  const fs::path model_ = scratch_.path / "m";
};

TEST_F(AModel, TellsWhatItCanBeBroughtBackTo) {
  std::vector<std::pair<int, std::int64_t>> states;
  const auto found = kept_states(model_);
  ASSERT_TRUE(found);
  for (const auto& s : *found) states.emplace_back(s.backup, s.entry.iteration);
  EXPECT_EQ(states, (std::vector<std::pair<int, std::int64_t>>{{0, 9}, {0, 7}, {1, 5}, {2, 3}}));
}

TEST_F(AModel, IsAGenerationAgainAndWhatItWasIsABackup) {
  ASSERT_TRUE(restore(model_, face_model_kind(), state(0, 7)));
  EXPECT_EQ(loaded(model_).iteration, 7);
  EXPECT_TRUE(is_as_made(loaded(model_)));
  EXPECT_EQ(loaded(model_ / "backups/01").iteration, 9);
  EXPECT_TRUE(is_as_made(loaded(model_ / "backups/01")));
  EXPECT_EQ(loaded(model_ / "backups/03").iteration, 3);
  // And forward again, to what was just kept.
  ASSERT_TRUE(restore(model_, face_model_kind(), state(1, 9)));
  EXPECT_TRUE(is_as_made(loaded(model_)));
  EXPECT_EQ(loaded(model_).iteration, 9);
  EXPECT_EQ(loaded(model_ / "backups/01").iteration, 7);
}

TEST_F(AModel, IsABackupAgainWithItsOptions) {
  ASSERT_TRUE(restore(model_, face_model_kind(), state(2, 3)));
  EXPECT_EQ(loaded(model_).iteration, 3);
  EXPECT_TRUE(is_as_made(loaded(model_)));
  auto folder = ModelFolder::open(model_);
  EXPECT_TRUE(folder->description().shared.random_warp);
  EXPECT_EQ(option_history(model_)->changes.back().key, "random-warp");
  EXPECT_EQ(loaded(model_ / "backups/01").iteration, 9);
  EXPECT_EQ(loaded(model_ / "backups/03").iteration, 3);
  ASSERT_TRUE(folder->save(made(4)));  // and training goes on from there
  EXPECT_EQ(*folder->generations(), (std::vector<std::int64_t>{3, 4}));
}

TEST_F(AModel, StaysAsItIsWhereTheOtherIsDamaged) {
  const auto wanted = state(1, 5);
  spit(wanted.folder / wanted.entry.weights.name, "damaged");
  EXPECT_NE(damage_of(wanted), "");
  EXPECT_EQ(damage_of(state(2, 3)), "");
  const auto before = files_of(model_);
  EXPECT_EQ(restore(model_, face_model_kind(), wanted).error().code, Code::bad_file);
  EXPECT_EQ(files_of(model_), before);
  EXPECT_EQ(loaded(model_).iteration, 9);
}

TEST_F(AModel, ThatCannotBeKeptIsNotReplaced) {
  const auto newest = state(0, 9);
  spit(model_ / newest.entry.weights.name, "damaged");
  EXPECT_FALSE(restore(model_, face_model_kind(), state(1, 5)));
  std::vector<std::string> warnings;
  EXPECT_EQ(ModelFolder::open(model_)->load_trained(true, warnings)->iteration, 7);
}

// A call that was killed before it had set the options: the same call again does.
TEST_F(AModel, WhatItIsAlreadyGetsItsOptions) {
  auto folder = ModelFolder::open(model_);
  auto changed = folder->description();
  changed.shared.random_warp = true;
  ASSERT_TRUE(folder->change_description(changed));
  ASSERT_TRUE(restore(model_, face_model_kind(), state(0, 9)));
  EXPECT_FALSE(ModelFolder::open(model_)->description().shared.random_warp);
}

// Killed when the wanted state was the newest of the list and the one before in no backup yet, and then trained on.
TEST_F(AModel, KeepsWhatItWasThoughAKilledRestoreIsNeverRepeated) {
  auto list = *usable_list(model_);
  const auto wanted = state(2, 3);
  for (const auto* file : {&wanted.entry.weights, &wanted.entry.optimizer, &wanted.entry.history})
    fs::copy_file(wanted.folder / file->name, model_ / file->name);
  list.entries.push_back(wanted.entry);
  ASSERT_TRUE(write_list(model_, list.entries));
  ASSERT_TRUE(complete_restore(model_, face_model_kind()));
  EXPECT_EQ(loaded(model_ / "backups/01").iteration, 9);
  EXPECT_TRUE(is_as_made(loaded(model_ / "backups/01")));
  EXPECT_EQ(loaded(model_ / "backups/03").iteration, 3);
  EXPECT_EQ(*ModelFolder::open(model_)->generations(), std::vector<std::int64_t>{3});
  const auto before = files_of(model_);
  ASSERT_TRUE(complete_restore(model_, face_model_kind()));
  EXPECT_EQ(files_of(model_), before);
}

// kill -9 at any moment: what a backup's number means is the same until all but that is done.
TEST_F(AModel, IsCompletedByTheSameCallAfterAKill) {
  kill_restores(2, 3, 5, [this](bool there) {
    const auto same = there ? kept_states(model_)->front() : state(2, 3);
    ASSERT_TRUE(restore(model_, face_model_kind(), same));
    EXPECT_TRUE(is_as_made(loaded(model_)));
    EXPECT_EQ(loaded(model_).iteration, 3);
    EXPECT_TRUE(ModelFolder::open(model_)->description().shared.random_warp);
    EXPECT_EQ(loaded(model_ / "backups/01").iteration, 9);
    EXPECT_FALSE(ModelFolder::open(model_ / "backups/01")->description().shared.random_warp);
    EXPECT_EQ(loaded(model_ / "backups/02").iteration, 5);
    EXPECT_EQ(loaded(model_ / "backups/03").iteration, 3);
    EXPECT_EQ(*ModelFolder::open(model_)->generations(), std::vector<std::int64_t>{3});
  });
}

// The same of one that goes forward, which no later iteration in the list tells of: a training completes it.
TEST_F(AModel, HasTheOptionsOfItsWeightsAfterAKillOnTheWayForward) {
  ASSERT_TRUE(restore(model_, face_model_kind(), state(2, 3)));
  kill_restores(1, 9, 7, [this](bool there) {
    const auto completed = complete_restore(model_, face_model_kind());
    ASSERT_TRUE(completed) << to_sentence(completed.error());
    EXPECT_EQ(loaded(model_).iteration, there ? 9 : 3);
    EXPECT_EQ(loaded(model_ / "backups/01").iteration, there ? 3 : 9);
    EXPECT_EQ(ModelFolder::open(model_)->description().shared.random_warp, !there);
    EXPECT_FALSE(fs::exists(model_ / "restore.json"));
  });
}

using Iterations = std::vector<std::int64_t>;

// Killed when the wanted state was the newest of the list, and then another is wanted: a backup, whose number is
// another by then, or a generation that the killed one would have dropped.
TEST_F(AModel, KeepsWhatItWasThoughAKilledRestoreIsFollowedByAnother) {
  leave_half_restored(state(2, 3));
  const auto before = scratch_.path / "before";
  fs::copy(model_, before, fs::copy_options::recursive);
  for (const auto& [backup, iteration] : {std::pair(1, 5), std::pair(0, 7)}) {
    SCOPED_TRACE(iteration);
    fs::remove_all(model_);
    fs::copy(before, model_, fs::copy_options::recursive);
    const auto kept = restore(model_, face_model_kind(), state(backup, iteration));
    ASSERT_TRUE(kept) << to_sentence(kept.error());
    EXPECT_EQ(kept->value().iteration, 3);
    EXPECT_EQ(loaded(model_).iteration, iteration);
    EXPECT_TRUE(is_as_made(loaded(model_)));
    EXPECT_EQ(ModelFolder::open(model_)->description().shared.random_warp, iteration == 5);
    EXPECT_EQ(backups(), (Iterations{3, 9, 5, 3}));
    EXPECT_TRUE(is_as_made(loaded(model_ / "backups/02")));
    EXPECT_FALSE(ModelFolder::open(model_ / "backups/02")->description().shared.random_warp);
    EXPECT_FALSE(fs::exists(model_ / "restore.json"));
  }
}

// The same of one that went forward.
TEST_F(AModel, KeepsWhatItWasThoughAKilledRestoreForwardIsFollowedByAnother) {
  ASSERT_TRUE(restore(model_, face_model_kind(), state(2, 3)));
  leave_half_restored(state(1, 9));
  ASSERT_TRUE(restore(model_, face_model_kind(), state(2, 5)));
  EXPECT_EQ(loaded(model_).iteration, 5);
  EXPECT_EQ(backups(), (Iterations{9, 3, 9, 5, 3}));
  EXPECT_FALSE(ModelFolder::open(model_ / "backups/01")->description().shared.random_warp);
  EXPECT_TRUE(ModelFolder::open(model_ / "backups/02")->description().shared.random_warp);
}

TEST_F(AModel, TellsWhatItKeptAlsoWhereAKilledCallIsCompleted) {
  leave_half_restored(state(2, 3));
  const auto kept = restore(model_, face_model_kind(), state(2, 3));
  ASSERT_TRUE(kept && *kept);
  EXPECT_EQ(kept->value().iteration, 9);
  const auto again = restore(model_, face_model_kind(), state(0, 3));
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
  EXPECT_EQ(backups(), (Iterations{9, 5, 3}));
}

// Else a kill between would make a backup of what stands before the newest in the shorter list.
TEST_F(AModel, IsNoLongerMarkedWhenItsListIsShortened) {
  const auto wanted = state(1, 5);
  FolderEvents events(model_);
  ASSERT_TRUE(restore(model_, face_model_kind(), wanted));
  const auto names = events.take();
  const auto unmarked = std::ranges::find(names, "-restore.json");
  EXPECT_EQ(std::count(names.begin(), unmarked, "+generations.json"), 1);
  EXPECT_EQ(std::count(unmarked, names.end(), "+generations.json"), 1);
}

// Killed between the list and the options.
TEST_F(AModel, TakesTheOptionsOfWhatWasMarked) {
  const auto newest = usable_list(model_)->entries.back();
  auto folder = ModelFolder::open(model_);
  auto changed = folder->description();
  changed.shared.random_warp = true;
  ASSERT_TRUE(folder->change_description(changed));
  ASSERT_TRUE(complete_restore(model_, face_model_kind()));
  EXPECT_TRUE(ModelFolder::open(model_)->description().shared.random_warp) << "what somebody has changed since";
  spit(model_ / "restore.json", sealed({{"weights", newest.weights.checksum}}));
  ASSERT_TRUE(complete_restore(model_, face_model_kind()));
  EXPECT_FALSE(ModelFolder::open(model_)->description().shared.random_warp);
  EXPECT_FALSE(fs::exists(model_ / "restore.json"));
}

TEST_F(AModel, WhatItIsAlreadyNeedsNothing) {
  ASSERT_TRUE(restore(model_, face_model_kind(), state(0, 9)));
  EXPECT_EQ(loaded(model_ / "backups/01").iteration, 5);
}

}  // namespace
}  // namespace understudy
