// SPDX-License-Identifier: Apache-2.0
// What happens when a training goes wrong.
#include "lib/loop/session.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lib/base/scratch_folder.hpp"
#include "lib/training/face_pair.hpp"
#include "steps/5_train/faces_fake.hpp"

namespace understudy {
namespace {

class ATraining : public testing::Test {
 protected:
  void SetUp() override {
    write_fake_faces(folder_.path / "src");
    write_fake_faces(folder_.path / "dst");
    ModelDescription model;
    model.saehd.archi = "df-ud";
    model.saehd.resolution = 64;
    model.saehd.batch_size = 2;
    model.shared.ae_dims = 16;
    model.shared.e_dims = model.shared.d_dims = model.shared.d_mask_dims = 4;
    const auto spec = spec_of(model);
    ASSERT_TRUE(spec);
    SampleSettings samples;
    samples.src.resolution = samples.dst.resolution = 64;
    samples.batch_size = 2;
    auto source = SampleSource::open(folder_.path / "src", folder_.path / "dst", samples);
    ASSERT_TRUE(source) << to_sentence(source.error());
    auto made = ModelFolder::create(folder_.path / "model", model);
    ASSERT_TRUE(made);
    pair_ = std::make_unique<FacePair>(model, *spec, Device{}, Precision::fp32, std::move(*source));
    session_ = std::make_unique<Session>(std::move(made->store()), *pair_);
    ASSERT_TRUE(session_->load(run_));
  }
  void iterate_to(std::int64_t target) {
    while (session_->iteration() < target) ASSERT_TRUE(session_->iterate(run_));
  }
  void poison() {
    torch::NoGradGuard no_grad;
    pair_->trainer().parameters().find("inter/dense1/weight")->master.fill_(NAN);
  }

  // The same model with other options.
  void reopen(understudy::Run& run, void (*change)(ModelDescription&)) {
    auto folder = *ModelFolder::open(folder_.path / "model");
    auto description = folder.description();
    change(description);
    folder.intend(description);
    SampleSettings samples;
    samples.src.resolution = samples.dst.resolution = 64;
    samples.batch_size = 2;
    samples.dst_every = description.steering.dst_every;
    auto source = SampleSource::open(folder_.path / "src", folder_.path / "dst", samples);
    session_.reset();
    pair_ =
        std::make_unique<FacePair>(description, *spec_of(description), Device{}, Precision::fp32, *std::move(source));
    session_ = std::make_unique<Session>(std::move(folder.store()), *pair_);
    ASSERT_TRUE(session_->load(run));
    ASSERT_TRUE(session_->store().commit_description());
  }

  const ScratchFolder folder_;
  understudy::Run run_;
  std::unique_ptr<FacePair> pair_;
  std::unique_ptr<Session> session_;
};

TEST_F(ATraining, GoesBackWhenALossIsNoNumber) {
  iterate_to(5);
  ASSERT_TRUE(session_->save(run_));
  iterate_to(8);
  poison();
  ASSERT_TRUE(session_->iterate(run_));  // notices within this iteration
  EXPECT_EQ(session_->iteration(), 5);
  EXPECT_TRUE(pair_->trainer().weights_are_finite());
  iterate_to(60);  // and trains on
  EXPECT_TRUE(std::isfinite(session_->mean_of_last(0)));
}

TEST_F(ATraining, GoingBackTakesBackWhatTheTablesTell) {
  ASSERT_TRUE(session_->open_views(run_));
  iterate_to(2);
  ASSERT_TRUE(session_->save(run_));
  iterate_to(4);
  ASSERT_TRUE(session_->show_preview(/*history=*/false, run_));
  const fs::path table = folder_.path / "model" / "validation.csv";
  EXPECT_NE(read_text(table)->find("\n4,"), std::string::npos);
  poison();
  ASSERT_TRUE(session_->iterate(run_));
  EXPECT_EQ(read_text(table)->find("\n4,"), std::string::npos);
}

TEST_F(ATraining, NeverSavesSpoiledWeights) {
  iterate_to(3);
  ASSERT_TRUE(session_->save(run_));
  iterate_to(6);
  poison();  // behind the last loss that was looked at
  ASSERT_TRUE(session_->save(run_));
  EXPECT_EQ(session_->iteration(), 3);
  const auto generations = session_->store().generations();
  ASSERT_TRUE(generations);
  EXPECT_EQ(generations->back(), 3);
}

TEST_F(ATraining, GivesUpInOneSentenceWhenItNeverGetsBetter) {
  iterate_to(2);
  ASSERT_TRUE(session_->save(run_));
  Result<> last;
  for (int i = 0; i < 20 && last; ++i) {
    poison();
    last = session_->iterate(run_);
  }
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, Code::device);
}

TEST_F(ATraining, NothingSavedIsNothingToGoBackTo) {
  iterate_to(1);
  poison();
  EXPECT_FALSE(session_->iterate(run_));
}

void larger_losses(ModelDescription& model) {
  model.steering.edge_power = 100;
  model.steering.area_normalised = true;
  model.saehd.bg_style_power = 100;
}
// The colours of the swap against dst's: a loss without a bound.
void style_loss_too(ModelDescription& model) { model.saehd.face_style_power = 100; }

// Under other options losses are of another size: that is no explosion, now or after a restart.
TEST_F(ATraining, OtherLossOptionsAreNoExplosion) {
  iterate_to(200);
  ASSERT_TRUE(session_->save(run_));
  const double usual = session_->mean_of_last(0);
  int warnings = 0;
  understudy::Run counting([&](const Event& e) { warnings += std::holds_alternative<WarningEvent>(e); });
  reopen(counting, larger_losses);
  iterate_to(201);
  EXPECT_GT(50 * session_->mean_of_last(0) - 49 * usual, 10 * (usual + 0.1)) << "the new losses are much larger";
  ASSERT_TRUE(session_->save(counting));
  reopen(counting, larger_losses);  // in the middle of them
  iterate_to(206);
  EXPECT_EQ(warnings, 0);
  EXPECT_EQ(session_->iteration(), 206);
}

void dst_seldom(ModelDescription& model) { model.steering.dst_every = 3; }

// A run that is taken up between two batches with dst goes on as one that was never stopped, and shows a loss for dst.
TEST_F(ATraining, GoesOnBetweenTwoBatchesWithDst) {
  const auto weights = [&] {
    std::map<std::string, Tensor> copy;
    for (const auto& t : pair_->weights()) copy.emplace(t.name, t.tensor.clone());
    return copy;
  };
  reopen(run_, dst_seldom);
  iterate_to(4);
  ASSERT_TRUE(session_->save(run_));
  iterate_to(8);
  const auto straight = weights();
  EXPECT_GT(session_->mean_of_last(1), 0);
  reopen(run_, dst_seldom);
  ASSERT_EQ(session_->iteration(), 4);
  iterate_to(5);
  EXPECT_GT(session_->mean_of_last(1), 0);
  iterate_to(8);
  for (const auto& [name, tensor] : weights()) EXPECT_TRUE(torch::equal(tensor, straight.at(name))) << name;
}

void dst_hardly_ever(ModelDescription& model) { model.steering.dst_every = 10; }

// The batches after it have no loss of dst of their own: the bad one is not told of each of them.
TEST_F(ATraining, OneBadLossOfDstIsOneStepBack) {
  int warnings = 0;
  understudy::Run counting([&](const Event& e) { warnings += std::holds_alternative<WarningEvent>(e); });
  reopen(counting, dst_hardly_ever);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(session_->iterate(counting));
  ASSERT_TRUE(session_->save(counting));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(session_->iterate(counting));
  poison();
  ASSERT_TRUE(session_->iterate(counting));  // with dst
  ASSERT_EQ(session_->iteration(), 8);
  while (session_->iteration() < 20) {
    const auto stepped = session_->iterate(counting);
    ASSERT_TRUE(stepped) << to_sentence(stepped.error());
  }
  EXPECT_EQ(warnings, 1);
}

// And among losses of one kind it is.
TEST_F(ATraining, ALossFarAboveThoseBeforeIsAnExplosion) {
  reopen(run_, style_loss_too);
  iterate_to(60);
  ASSERT_TRUE(session_->save(run_));
  {
    torch::NoGradGuard no_grad;
    for (auto& p : pair_->trainer().parameters().all()) {
      if (p.part().starts_with("decoder")) p.master.mul_(-30);
    }
    pair_->trainer().parameters().refresh_values();
  }
  ASSERT_TRUE(session_->iterate(run_));
  EXPECT_EQ(session_->iteration(), 60);
}

}  // namespace
}  // namespace understudy
