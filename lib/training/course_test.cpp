// SPDX-License-Identifier: Apache-2.0
#include "lib/training/course.hpp"

#include <gtest/gtest.h>

#include <map>

#include "lib/training/model_options.hpp"

namespace understudy {
namespace {

TEST(Course, EveryStageEndsLaterAndNoneShrinks) {
  for (const auto schedule : {Schedule::none, Schedule::look, Schedule::evening, Schedule::film}) {
    for (const int last : {96, 128, 192, 256}) {
      const auto stages = course_stages(schedule, last);
      double before = 0;
      int resolution = 0;
      for (const auto& stage : stages) {
        EXPECT_GT(stage.until, before) << stage.name;
        EXPECT_GE(stage.resolution, resolution) << stage.name;
        EXPECT_EQ(stage.resolution % 32, 0) << stage.name;
        before = stage.until;
        resolution = stage.resolution;
      }
      EXPECT_EQ(before, 1);
      if (schedule != Schedule::none) {
        EXPECT_EQ(resolution, last);
      }
    }
  }
}

TEST(Course, ItsValuesAreOptionsOfAModel) {
  ModelDescription model;
  auto rows = model_rows(model);
  for (const auto schedule : {Schedule::look, Schedule::evening, Schedule::film}) {
    for (const auto& stage : course_stages(schedule, 256)) {
      for (const auto& [key, value] : stage.values) {
        const auto row = std::ranges::find(rows, key, &Row::key);
        ASSERT_NE(row, rows.end()) << key;
        EXPECT_TRUE(row->set(value)) << key << ' ' << value;
        EXPECT_NE(row->when, When::creation) << key;
      }
    }
  }
}

// A longer course comes back to stages that were over, a shorter one jumps over some.
TEST(Course, NoStageReliesOnWhatAnotherHasSet) {
  for (const auto schedule : {Schedule::look, Schedule::evening, Schedule::film}) {
    for (const int last : {96, 192}) {
      for (const auto& stage : course_stages(schedule, last)) {
        std::map<std::string, std::string> values(stage.values.begin(), stage.values.end());
        const bool early = stage.name == "small" || stage.name == "middle" || stage.name == "large";
        EXPECT_EQ(values["random-warp"], early && schedule != Schedule::look ? "true" : "false") << stage.name;
        EXPECT_EQ(values["lr-dropout"], stage.name == "fine" || stage.name == "crisp" ? "y" : "n") << stage.name;
        if (schedule == Schedule::film) {
          EXPECT_EQ(values["gan-power"], stage.name == "crisp" ? "0.1" : "0") << stage.name;
        } else {
          EXPECT_FALSE(values.contains("gan-power")) << stage.name;
        }
        EXPECT_TRUE(values.contains("lr") && values.contains("uniform-yaw")) << stage.name;
      }
    }
  }
}

TEST(Course, AKnownEncoderStandsStillFirstAndFollowsSlowly) {
  for (const auto schedule : {Schedule::look, Schedule::evening, Schedule::film}) {
    for (const bool known : {false, true}) {
      std::vector<std::string> shares;
      for (const auto& stage : course_stages(schedule, 192, known)) {
        for (const auto& [key, value] : stage.values) {
          if (key == "encoder-lr") shares.push_back(value);
        }
      }
      ASSERT_EQ(shares.empty(), !known);
      for (std::size_t i = 0; i < shares.size(); ++i) EXPECT_EQ(shares[i], i == 0 ? "0" : "0.2");
    }
  }
}

// docs/decisions/course.md: from some 4,000 iterations on lids and gaze get worse.
TEST(Course, ALookOfAKnownEncoderHasAnEndInIterations) {
  std::int64_t before = 0;
  for (const auto& stage : course_stages(Schedule::look, 96, /*known=*/true)) {
    EXPECT_GT(stage.iterations, before);
    before = stage.iterations;
  }
  EXPECT_LE(before, 4000);
  for (const auto& [schedule, size, known] : {std::tuple(Schedule::look, 96, false),
                                              {Schedule::look, 128, true},
                                              {Schedule::evening, 96, true},
                                              {Schedule::film, 96, true},
                                              {Schedule::none, 96, true}})
    for (const auto& stage : course_stages(schedule, size, known)) EXPECT_EQ(stage.iterations, 0);
}

TEST(Course, MoreTimeOrAFasterMachineGivesALargerModel) {
  EXPECT_EQ(course_resolution(120, 0.5), 96);
  EXPECT_EQ(course_resolution(3600 * 24, 0.3), 256);
  EXPECT_LE(course_resolution(1200, 1.0), course_resolution(1200, 0.1));
  EXPECT_LE(course_resolution(1200, 0.3), course_resolution(12000, 0.3));
}

TEST(Course, AModelThatKnowsFacesGrowsOnlyWhereItHasTimeToLearnThemAnew) {
  EXPECT_EQ(course_resolution(1200, 0.2), 128);
  EXPECT_EQ(course_resolution(1200, 0.2, true), 96);
  EXPECT_GT(course_resolution(1200, 0.01, true), 96);
  EXPECT_GT(course_resolution(3600 * 12, 0.3, true), 96);
}

}  // namespace
}  // namespace understudy
