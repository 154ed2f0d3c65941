// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/forecast.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lib/base/scratch_folder.hpp"
#include "steps/5_train/faces_fake.hpp"

namespace understudy {
namespace {

TEST(Forecast, DividesTheTimeAmongTheStages) {
  const auto stages = course_stages(Schedule::look, 192);
  const auto told = forecast_stages(stages, {1000, false, 0}, {}, 192, 0.4);
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].resolution, 96);
  EXPECT_NEAR(told[0].seconds, 400, 1e-9);
  EXPECT_NEAR(told[0].iterations, 400 / 0.1, 1e-6);  // a quarter of the pixels
  EXPECT_EQ(told[2].resolution, 192);
  EXPECT_NEAR(told[1].seconds + told[2].seconds, 600, 1e-9);
}

TEST(Forecast, LeavesOutWhatIsBehindTheModel) {
  const auto told = forecast_stages(course_stages(Schedule::look, 96), {1000, true, 0}, {300, 600}, 96, 0.5);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NEAR(told[0].iterations, 200, 1e-9);
  EXPECT_NEAR(told[0].seconds, 100, 1e-9);
}

TEST(Forecast, ALookOfAKnownEncoderEndsWhereMoreIterationsWouldHarm) {
  const auto stages = course_stages(Schedule::look, 96, /*known=*/true);
  const auto told = forecast_stages(stages, {3600, false, 0}, {}, 96, 0.2);
  ASSERT_EQ(told.size(), 3u);
  double iterations = 0, seconds = 0;
  for (const auto& stage : told) iterations += stage.iterations, seconds += stage.seconds;
  EXPECT_NEAR(iterations, static_cast<double>(stages.back().iterations), 1e-9);
  EXPECT_NEAR(seconds, 0.2 * iterations, 1e-9);
  EXPECT_TRUE(forecast_stages(stages, {3600, false, 0}, {700, iterations}, 96, 0.2).empty());
  EXPECT_EQ(forecast_stages(stages, {3600, false, 0}, {200, iterations * 0.6}, 96, 0.2).size(), 2u);
  // Where time is short, time divides.
  EXPECT_NEAR(forecast_stages(stages, {200, false, 0}, {}, 96, 0.2)[0].seconds, 100, 1e-9);
  // Who names the iterations has them.
  EXPECT_NEAR(forecast_stages(stages, {10000, true, 0}, {}, 96, 0.2)[0].iterations, 5000, 1e-9);
}

TEST(Forecast, EndsAtAnIterationThatComesBeforeTheTimeIsOver) {
  auto told = forecast_stages(course_stages(Schedule::look, 96), {1000, false, 0}, {}, 96, 0.5);
  ASSERT_EQ(told.size(), 3u);
  EXPECT_NEAR(told[0].iterations, 1000, 1e-9);
  end_at(told, 1100);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NEAR(told[0].seconds, 500, 1e-9);
  EXPECT_NEAR(told[1].iterations, 100, 1e-9);
  EXPECT_NEAR(told[1].seconds, 50, 1e-9);
}

TEST(Forecast, TellsWhatATrainingNeedsAndMakesNothing) {
  const ScratchFolder scratch;
  TrainRequest request = small_request(scratch.path / "model");
  request.src = scratch.path / "src";
  request.dst = scratch.path / "dst";
  write_fake_faces(request.src);
  write_fake_faces(request.dst);
  request.wanted.saehd.resolution = 64;
  request.loop.target_iter = 500;
  understudy::Run run;
  const auto report = forecast_of(request, {}, run);
  ASSERT_TRUE(report) << to_sentence(report.error());
  const auto told = nlohmann::json::parse(*report);
  EXPECT_EQ(told["model"], "saehd");
  EXPECT_EQ(told["new"], true);
  EXPECT_EQ(told["resolution"], 64);
  EXPECT_EQ(told["options"]["resolution"], 64);
  EXPECT_GT(told["memory"].get<double>(), 1e6);
  EXPECT_GT(told["seconds_per_iteration"].get<double>(), 0);
  EXPECT_EQ(told["iterations"], 500);
  EXPECT_NEAR(told["seconds"].get<double>(), 500 * told["seconds_per_iteration"].get<double>(), 1e-6);
  EXPECT_FALSE(fs::exists(scratch.path / "model"));
}

}  // namespace
}  // namespace understudy
