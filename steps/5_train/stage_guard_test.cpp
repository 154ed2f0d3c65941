// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/stage_guard.hpp"

#include <gtest/gtest.h>

#include "lib/training/model_fake.hpp"
#include "lib/training/validation.hpp"

namespace understudy {
namespace {

class AStage : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = ModelFolder::create(model_, described());
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->save(made(5)));
    looks(5, 0.8);
  }
  void looks(std::int64_t iteration, double ssim) const {
    ValidationNumbers numbers;
    numbers.src_ssim = numbers.dst_ssim = ssim;
    auto log = ValidationLog::open(model_ / "validation.csv", validation_names(), iteration);
    ASSERT_TRUE(log);
    ASSERT_TRUE(log->add(iteration, 1, named_values(numbers)));
  }
  // A stage with another option, that ends at this SSIM.
  void train_to(double ssim, std::int64_t iteration = 9) {
    auto folder = ModelFolder::open(model_);
    auto changed = folder->description();
    changed.shared.random_warp = false;
    ASSERT_TRUE(folder->change_description(changed));
    ASSERT_TRUE(folder->save(made(iteration)));
    looks(iteration, ssim);
  }

  const ScratchFolder scratch_;
  const fs::path model_ = scratch_.path / "model";
  understudy::Run run_;
};

TEST_F(AStage, ThatMadeItWorseIsUndone) {
  const auto guard = StageGuard::before(model_, run_);
  ASSERT_TRUE(guard) << to_sentence(guard.error());
  train_to(0.7);
  const auto undone = guard->undo_if_worse(model_, run_);
  ASSERT_TRUE(undone) << to_sentence(undone.error());
  EXPECT_TRUE(*undone);
  const auto folder = ModelFolder::open(model_);
  EXPECT_TRUE(folder->description().shared.random_warp);
  std::vector<std::string> warnings;
  const auto now = folder->load_trained(true, warnings);
  EXPECT_EQ(now->iteration, 9);  // the time is spent
  EXPECT_EQ(now->losses.size(0), 9);
  for (const auto& t : made(5).weights) EXPECT_TRUE(torch::equal(now->weights.at(t.name), t.tensor)) << t.name;
  for (const auto& t : made(5).optimizer) EXPECT_TRUE(torch::equal(now->optimizer.at(t.name), t.tensor)) << t.name;
}

// The weights that came back are measured by what they are worth, not by what was undone.
TEST_F(AStage, AfterAnUndoneOneIsHeldAgainstTheSameWeights) {
  const auto first = StageGuard::before(model_, run_);
  ASSERT_TRUE(first);
  train_to(0.7);
  ASSERT_TRUE(*first->undo_if_worse(model_, run_));
  EXPECT_NEAR(*last_ssim(model_ / "validation.csv"), 0.8, 1e-9);
  EXPECT_EQ(last_validation(model_ / "validation.csv")->front().second, "9");
  const auto second = StageGuard::before(model_, run_);
  ASSERT_TRUE(second);
  train_to(0.75, 13);
  const auto undone = second->undo_if_worse(model_, run_);
  ASSERT_TRUE(undone) << to_sentence(undone.error());
  EXPECT_TRUE(*undone);
  std::vector<std::string> warnings;
  const auto now = ModelFolder::open(model_)->load_trained(true, warnings);
  EXPECT_EQ(now->iteration, 13);
  for (const auto& t : made(5).weights) EXPECT_TRUE(torch::equal(now->weights.at(t.name), t.tensor)) << t.name;
}

TEST_F(AStage, ThatMadeItWorseIsUndoneThoughSomebodyMadeABackupMeanwhile) {
  const auto guard = StageGuard::before(model_, run_);
  ASSERT_TRUE(guard);
  train_to(0.75, 7);
  ASSERT_TRUE(ModelFolder::open(model_)->backup());
  train_to(0.7);
  const auto undone = guard->undo_if_worse(model_, run_);
  ASSERT_TRUE(undone) << to_sentence(undone.error());
  EXPECT_TRUE(*undone);
  std::vector<std::string> warnings;
  const auto now = ModelFolder::open(model_)->load_trained(true, warnings);
  for (const auto& t : made(5).weights) EXPECT_TRUE(torch::equal(now->weights.at(t.name), t.tensor)) << t.name;
}

// Harmed weights never stand under the options of before.
TEST_F(AStage, WhoseWeightsCannotBeBroughtBackKeepsItsOptions) {
  const auto guard = StageGuard::before(model_, run_);
  ASSERT_TRUE(guard);
  train_to(0.7);
  fs::create_directories(model_ / "weights-9-3.safetensors" / "in the way");
  EXPECT_FALSE(guard->undo_if_worse(model_, run_));
  EXPECT_FALSE(ModelFolder::open(model_)->description().shared.random_warp);
}

TEST_F(AStage, ThatDidNoHarmStays) {
  const auto guard = StageGuard::before(model_, run_);
  ASSERT_TRUE(guard);
  train_to(0.795);  // within chance
  EXPECT_FALSE(*guard->undo_if_worse(model_, run_));
  EXPECT_FALSE(ModelFolder::open(model_)->description().shared.random_warp);
  std::vector<std::string> warnings;
  EXPECT_TRUE(is_as_made(*ModelFolder::open(model_)->load_trained(true, warnings)));
}

TEST_F(AStage, OfAnUntrainedModelHasNothingToGoBackTo) {
  const fs::path fresh = scratch_.path / "fresh";
  ASSERT_TRUE(ModelFolder::create(fresh, described()));
  const auto guard = StageGuard::before(fresh, run_);
  ASSERT_TRUE(guard);
  EXPECT_FALSE(*guard->undo_if_worse(fresh, run_));
}

}  // namespace
}  // namespace understudy
