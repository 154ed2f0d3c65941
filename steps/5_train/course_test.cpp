// SPDX-License-Identifier: Apache-2.0
#include "steps/5_train/course.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lib/base/scratch_folder.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/training/model_fake.hpp"
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
  static Result<TrainReport> until(std::uint64_t iteration, const TrainRequest& request,
                                   Schedule schedule = Schedule::look) {
    understudy::Run* asked = nullptr;
    understudy::Run run([&](const Event& event) {
      const auto* progress = std::get_if<ProgressEvent>(&event);
      if (progress != nullptr && progress->done >= iteration) asked->request_stop();
    });
    asked = &run;
    return train_course(request, schedule, {}, run);
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

TEST_F(ACourse, ThatIsOverTellsWhatIsThere) {
  const auto r = request(folder_.path / "model");
  understudy::Run run;
  const auto trained = train_course(r, Schedule::look, {}, run);
  ASSERT_TRUE(trained) << to_sentence(trained.error());
  const auto again = train_course(r, Schedule::look, {}, run);
  ASSERT_TRUE(again) << to_sentence(again.error());
  EXPECT_EQ(again->model, "saehd");
  EXPECT_EQ(again->iteration, 12);
  EXPECT_EQ(again->iterations_done, 0);
  EXPECT_NEAR(again->src_loss, trained->src_loss, 1e-5);
  EXPECT_NEAR(again->dst_loss, trained->dst_loss, 1e-5);
  EXPECT_EQ(again->preview, trained->preview);
}

TEST_F(ACourse, EndsAtAnIterationThatComesBeforeItsTimeIsOver) {
  auto r = request(folder_.path / "model");
  r.wanted.saehd.resolution = 96;
  r.loop.time = "10h";
  r.loop.target_iter = 3;
  understudy::Run run;
  for (const int done : {3, 0}) {
    const auto report = train_course(r, Schedule::look, {}, run);
    ASSERT_TRUE(report) << to_sentence(report.error());
    EXPECT_EQ(report->iteration, 3);
    EXPECT_EQ(report->iterations_done, done);
  }
}

// What is left is handed on as text, in which less than a millisecond would read as no limit.
TEST(CourseLength, LeavesOutWhatIsShorterThanAMillisecond) {
  const ScratchFolder scratch;
  auto folder = ModelFolder::create(scratch.path / "m", described());
  ASSERT_TRUE(folder);
  auto generation = made(3);
  const CourseStage last{"sharp", 1, 96, 0, {}};
  for (const auto& [seconds, over] : {std::pair(9.0, false), {9.998, false}, {9.9996, true}, {10.0, true}}) {
    generation.seconds = seconds;
    ASSERT_TRUE(folder->save(generation));
    EXPECT_EQ((CourseLength{10, false, 0}.is_over(last, folder->path())), over) << seconds;
  }
  EXPECT_FALSE((CourseLength{4, true, 0}.is_over(last, folder->path())));
  EXPECT_TRUE((CourseLength{3, true, 0}.is_over(last, folder->path())));
  EXPECT_TRUE((CourseLength{100, false, 3}.is_over(last, folder->path())));
  // A stage may have iterations of its own at which it ends; who names iterations has them.
  for (const auto& [own, over] : {std::pair<std::int64_t, bool>(3, true), {4, false}}) {
    const CourseStage capped{"sharp", 1, 96, own, {}};
    EXPECT_EQ((CourseLength{100, false, 0}.is_over(capped, folder->path())), over) << own;
    EXPECT_FALSE((CourseLength{100, true, 0}.is_over(capped, folder->path()))) << own;
    EXPECT_EQ((CourseLength{100, false, 2}.last_of(capped)), 2);
    EXPECT_EQ((CourseLength{100, false, 0}.last_of(capped)), own);
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

TEST_F(ACourse, ProlongedTakesBackWhatItsEndHadSet) {
  auto r = request(folder_.path / "model");
  r.wanted.saehd.resolution = 96;
  r.loop.target_iter = 5;
  understudy::Run run;
  ASSERT_TRUE(train_course(r, Schedule::evening, {}, run));
  const fs::path model = folder_.path / "model" / "saehd";
  EXPECT_EQ(ModelFolder::open(model)->description().shared.lr_dropout, LrDropout::y);
  EXPECT_FALSE(ModelFolder::open(model)->description().shared.random_warp);
  r.loop.target_iter = 40;  // back among the large ones
  EXPECT_FALSE(until(7, r, Schedule::evening));
  EXPECT_EQ(ModelFolder::open(model)->description().shared.lr_dropout, LrDropout::n);
  EXPECT_TRUE(ModelFolder::open(model)->description().shared.random_warp);
}

TEST_F(ACourse, LeavesAloneWhatSomebodyGaveTheModelBefore) {
  auto r = request(folder_.path / "model");
  r.wanted.saehd.resolution = 96;
  auto own = r.wanted;
  own.shared.gan_power = 0.3;
  own.shared.lr_dropout = LrDropout::cpu;
  const fs::path model = folder_.path / "model" / "saehd";
  ASSERT_TRUE(ModelFolder::create(model, own));
  r.loop.target_iter = 40;
  EXPECT_FALSE(until(2, r, Schedule::film));
  EXPECT_EQ(ModelFolder::open(model)->description().shared.gan_power, 0.3);
  EXPECT_EQ(ModelFolder::open(model)->description().shared.lr_dropout, LrDropout::cpu);
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

// What ends early at 96 pixels does not at 128, whatever size is wanted by now.
TEST_F(ACourse, OfALargerModelIsThatOfItsSize) {
  auto r = request(folder_.path / "model");
  r.wanted.saehd.resolution = 96;
  const fs::path model = folder_.path / "model" / "saehd";
  for (const int size : {96, 128}) {
    auto description = r.wanted;
    description.saehd.resolution = size;
    description.steering.encoder_lr = 0.2;  // it knows faces
    fs::remove_all(model);
    auto folder = ModelFolder::create(model, description);
    ASSERT_TRUE(folder && folder->save(made(4000)));
    const auto stages = stages_left(r, Schedule::look, model);
    ASSERT_TRUE(stages) << to_sentence(stages.error());
    ASSERT_FALSE(stages->empty());
    for (const auto& stage : *stages) EXPECT_EQ(stage.iterations > 0, size == 96) << stage.name << " at " << size;
    EXPECT_EQ(stages->back().resolution, size);
  }
}

// It would be refused after nine tenths of the time.
TEST_F(ACourse, WhoseLastStageCannotBeTrainedIsRefusedAtOnce) {
  auto r = request(folder_.path / "model");
  r.wanted.shared.gan_patch_size = 511;
  understudy::Run run;
  const auto report = train_course(r, Schedule::film, {}, run);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::bad_option);
  EXPECT_FALSE(fs::exists(folder_.path / "model" / "saehd"));
  EXPECT_TRUE(train_course(r, Schedule::look, {}, run)) << "no stage of which has a GAN";
}

// Killed when the state that was wanted was the newest of the list, and the options were those of the other still.
TEST_F(ACourse, GoesOnWithTheOptionsOfAKilledRestore) {
  auto r = request(folder_.path / "model");
  r.wanted.saehd.resolution = 64;
  understudy::Run run;
  const fs::path model = folder_.path / "model" / "saehd";
  r.loop.target_iter = 1;
  ASSERT_TRUE(train(r, run));
  const auto then = ModelFolder::open(model)->description();
  ASSERT_TRUE(then.shared.random_warp);
  auto other = r;
  other.wanted.shared.random_warp = false;
  other.wanted_rows = model_rows(other.wanted);
  std::ranges::find(other.wanted_rows, "random-warp", &Row::key)->given = true;
  other.loop.target_iter = 3;
  ASSERT_TRUE(train(other, run));
  auto list = *usable_list(model);
  ASSERT_EQ(list.entries.size(), 2u);
  auto wanted = list.entries.front();
  wanted.save = list.entries.back().save + 1;
  ASSERT_TRUE(write_note(model, {wanted, to_json(then)}, list.entries));
  list.entries.push_back(wanted);
  ASSERT_TRUE(write_list(model, list.entries));
  r.loop.target_iter = 2;
  const auto report = train(r, run);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->iterations_done, 1);
  EXPECT_TRUE(ModelFolder::open(model)->description().shared.random_warp);
  const auto kept = ModelFolder::open(model / "backups" / "01");
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->description().shared.random_warp);
  EXPECT_EQ(kept->generations()->back(), 3);
}

}  // namespace
}  // namespace understudy
