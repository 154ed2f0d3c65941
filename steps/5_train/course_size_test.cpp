// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/course_size.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/training/course.hpp"
#include "lib/training/model_folder.hpp"
#include "steps/5_train/faces_fake.hpp"

namespace understudy {
namespace {

class ACourseSize : public testing::Test {
 protected:
  TrainRequest request(const std::string& time) const {
    TrainRequest r = small_request(folder_.path / "model");
    r.wanted.saehd.resolution = 96;
    // Large enough that ten seconds are too few for more than the smallest size on any machine.
    r.wanted.shared.e_dims = r.wanted.shared.d_dims = r.wanted.shared.d_mask_dims = 16;
    r.options.model = "saehd";
    r.loop.time = time;
    return r;
  }
  const ScratchFolder folder_;
  const fs::path kept_ = folder_.path / "state" / "run.json";
};

TEST_F(ACourseSize, StaysWithItsModel) {
  understudy::Run run;
  ASSERT_TRUE(write_chosen_size(kept_, {600, 192}));
  // Without a model the choice says nothing: ten seconds are enough for the smallest alone.
  const auto fresh = course_size(request("10s"), kept_, run);
  ASSERT_TRUE(fresh) << to_sentence(fresh.error());
  EXPECT_EQ(*fresh, smallest_course_resolution);
  EXPECT_EQ(read_chosen_size(kept_).resolution, smallest_course_resolution);
  EXPECT_EQ(read_chosen_size(kept_).seconds, 10);

  auto r = request("10m");
  ASSERT_TRUE(ModelFolder::create(r.models / "saehd", r.wanted));
  ASSERT_TRUE(write_chosen_size(kept_, {600, 192}));
  EXPECT_EQ(course_size(r, kept_, run).value_or(0), 192);
  r.loop.time = "10s";
  EXPECT_EQ(course_size(r, kept_, run).value_or(0), 192);
  // More time chooses again, and never a smaller one.
  r.loop.time = "11m";
  EXPECT_GE(course_size(r, kept_, run).value_or(0), 192);
  EXPECT_EQ(read_chosen_size(kept_).seconds, 660);
}

TEST_F(ACourseSize, IsTheSmallestWithoutATime) {
  understudy::Run run;
  EXPECT_EQ(course_size(request(""), kept_, run).value_or(0), smallest_course_resolution);
  EXPECT_FALSE(fs::exists(kept_));
}

TEST_F(ACourseSize, IsChosenAnewWhenTheFileSaysNothingOfUse) {
  for (const char* text : {"", "[]", "{}", "{\"seconds\": 1}", "{\"seconds\": \"1\", \"resolution\": 128}",
                           "{\"seconds\": 1, \"resolution\": 1e30}", "{\"seconds\": 1, \"resolution\": 100}",
                           "{\"seconds\": 1, \"resolution\": 123456}", "{\"seconds\": 1, \"resolution\": -128}"}) {
    ASSERT_TRUE(write_text(kept_, text));
    EXPECT_EQ(read_chosen_size(kept_).resolution, 0) << text;
  }
}

}  // namespace
}  // namespace understudy
