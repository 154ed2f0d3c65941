// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/course.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/training/model_folder.hpp"
#include "steps/5_train/faces_fake.hpp"

namespace understudy {
namespace {

class ACourse : public testing::Test {
 protected:
  void SetUp() override {
    write_fake_faces(folder_.path / "src");
    write_fake_faces(folder_.path / "dst");
  }
  // A course of 12 iterations that ends at 128 pixels.
  TrainRequest request(const fs::path& models) const {
    TrainRequest r = small_request(models);
    r.src = folder_.path / "src";
    r.dst = folder_.path / "dst";
    r.wanted.saehd.resolution = 128;
    r.wanted.seed = 3;
    r.loop.target_iter = 12;
    r.options.start = StartChoice::none;
    return r;
  }
  // Stops as soon as that iteration is there.
  static Result<TrainReport> until(std::uint64_t iteration, const TrainRequest& request) {
    understudy::Run* asked = nullptr;
    understudy::Run run([&](const Event& event) {
      const auto* progress = std::get_if<ProgressEvent>(&event);
      if (progress != nullptr && progress->done >= iteration) asked->request_stop();
    });
    asked = &run;
    return train_course(request, Schedule::look, {}, run);
  }
  static LoadedGeneration end_of(const fs::path& model) {
    std::vector<std::string> warnings;
    return *ModelFolder::open(model)->load_trained(true, warnings);
  }

  const ScratchFolder folder_;
};

TEST_F(ACourse, GoesThroughItsStagesAndEndsAtItsSize) {
  understudy::Run run;
  const auto report = train_course(request(folder_.path / "model"), Schedule::look, {}, run);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->iteration, 12);
  EXPECT_EQ(report->iterations_done, 12);
  const auto folder = ModelFolder::open(folder_.path / "model" / "saehd");
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->description().saehd.resolution, 128);
  EXPECT_FALSE(folder->description().shared.random_warp);
  const auto history = option_history(folder->path());
  ASSERT_TRUE(history);
  EXPECT_TRUE(std::ranges::any_of(history->changes, [](const OptionChange& c) {
    return c.key == "resolution" && c.from == "96" && c.to == "128";
  }));
}

// A course that was stopped in any stage ends with the same bits as one that was not.
TEST_F(ACourse, ThatWasStoppedGoesOnWhereItWas) {
  understudy::Run run;
  ASSERT_TRUE(train_course(request(folder_.path / "whole"), Schedule::look, {}, run));
  const auto whole = end_of(folder_.path / "whole" / "saehd");
  for (const std::uint64_t stop : {2u, 6u, 10u}) {
    const fs::path models = folder_.path / std::to_string(stop);
    EXPECT_FALSE(until(stop, request(models)));
    understudy::Run again;
    ASSERT_TRUE(train_course(request(models), Schedule::look, {}, again));
    const auto resumed = end_of(models / "saehd");
    ASSERT_EQ(resumed.iteration, whole.iteration);
    for (const auto& [name, tensor] : whole.weights)
      EXPECT_TRUE(torch::equal(tensor, resumed.weights.at(name))) << name << ", stopped at " << stop;
    for (const auto& [name, tensor] : whole.optimizer)
      EXPECT_TRUE(torch::equal(tensor, resumed.optimizer.at(name))) << name << ", stopped at " << stop;
  }
}

TEST_F(ACourse, LeavesAloneWhatTheUserChose) {
  auto r = request(folder_.path / "model");
  r.wanted.saehd.resolution = 64;
  r.wanted.shared.random_warp = true;
  understudy::Run run;
  ASSERT_TRUE(train_course(r, Schedule::look, {"random-warp"}, run));
  const auto folder = ModelFolder::open(folder_.path / "model" / "saehd");
  EXPECT_EQ(folder->description().saehd.resolution, 64);
  EXPECT_TRUE(folder->description().shared.random_warp);
}

TEST_F(ACourse, ProlongedGrowsAModelThatWasFinishedSmaller) {
  auto r = request(folder_.path / "model");
  r.wanted.saehd.resolution = 96;
  understudy::Run run;
  ASSERT_TRUE(train_course(r, Schedule::look, {}, run));
  r.wanted.saehd.resolution = 128;
  r.loop.target_iter = 20;
  const auto report = train_course(r, Schedule::look, {}, run);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->iteration, 20);
  EXPECT_EQ(ModelFolder::open(folder_.path / "model" / "saehd")->description().saehd.resolution, 128);
}

}  // namespace
}  // namespace understudy
