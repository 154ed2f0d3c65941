// SPDX-License-Identifier: Apache-2.0
// Which model a call means, and what was settled when that was made.
#include "steps/5_train/setup.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "lib/training/model_fake.hpp"

namespace understudy {
namespace {

class ASetup : public testing::Test {
 protected:
  // Saved so many minutes ago.
  void model(const std::string& name, ModelClass model_class, int minutes) const {
    ModelDescription d;
    d.model_class = model_class;
    ASSERT_TRUE(ModelFolder::create(models_ / name, d));
    fs::last_write_time(models_ / name / "model.json",
                        fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
  }
  TrainRequest request() const {
    TrainRequest r;
    r.models = models_;
    return r;
  }
  static ModelDescription fitting() {
    ModelDescription d;
    d.saehd.archi = "df-ud";
    d.shared.ae_dims = 128;
    d.shared.e_dims = 48;
    d.shared.d_dims = 40;
    d.shared.d_mask_dims = 16;
    return d;
  }
  // As `model create` makes it.
  void create(const std::string& name, Preset preset) const {
    TrainOptions options;
    options.preset = preset;
    auto d = fitting();
    d.fp32 = preset == Preset::compatible;
    settle_start(options, d, false);
    ASSERT_TRUE(ModelFolder::create(models_ / name, d));
  }
  ModelDescription settled(const std::string& name, const TrainRequest& r) {
    const auto d = settle_description(models_ / name, r, run_);
    EXPECT_TRUE(d);
    return *d;
  }

  const ScratchFolder scratch_;
  const fs::path models_ = scratch_.path / "model";
  understudy::Run run_;
};

TEST_F(ASetup, MeansTheNewestModelOfItsClass) {
  EXPECT_EQ(*model_path(request()), models_ / "saehd");  // a new one
  model("older", ModelClass::saehd, 3);
  model("newer", ModelClass::saehd, 2);
  model("another", ModelClass::quick96, 1);
  EXPECT_EQ(*model_path(request()), models_ / "newer");
  auto r = request();
  r.wanted.model_class = ModelClass::amp;
  EXPECT_EQ(*model_path(r), models_ / "amp");
}

TEST_F(ASetup, MakesNoNewModelBesideADamagedOneThatMayBeMeant) {
  model("older", ModelClass::saehd, 3);
  model("newer", ModelClass::saehd, 2);
  spit(models_ / "newer" / "model.json", "damaged");
  const auto path = model_path(request());
  ASSERT_FALSE(path);
  EXPECT_NE(path.error().message.find("newer"), std::string::npos) << path.error().message;
  auto r = request();
  r.options.model = "older";
  EXPECT_EQ(*model_path(r), models_ / "older");
}

TEST_F(ASetup, BeginsAsItWasCreated) {
  create("recommended", Preset::recommended);
  create("compatible", Preset::compatible);
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(settled("recommended", request()).start, ModelStart::pretrained);
    EXPECT_EQ(settled("recommended", request()).steering.encoder_lr, 0.2);
    EXPECT_EQ(settled("compatible", request()).start, ModelStart::none);
    EXPECT_EQ(settled("compatible", request()).steering.encoder_lr, 1);
  }
  // What this call asks for goes before it, as long as nothing was saved.
  auto r = request();
  r.options.start = StartChoice::none;
  EXPECT_EQ(settled("recommended", r).start, ModelStart::none);
  EXPECT_EQ(settled("recommended", r).steering.encoder_lr, 1);
  r.options.start = StartChoice::pretrained;
  EXPECT_EQ(settled("compatible", r).start, ModelStart::pretrained);
  EXPECT_EQ(settled("compatible", r).steering.encoder_lr, 0.2);
  ASSERT_TRUE(ModelFolder::open(models_ / "compatible")->save(made(1)));
  EXPECT_EQ(settled("compatible", r).start, ModelStart::none);
}

// One from before that was kept takes the start as it always did, with the share of the learning rate that goes with
// it.
TEST_F(ASetup, OfAnOlderUntrainedModelIsSettledNow) {
  ASSERT_TRUE(ModelFolder::create(models_ / "old", fitting()));
  EXPECT_EQ(settled("old", request()).start, ModelStart::pretrained);
  EXPECT_EQ(settled("old", request()).steering.encoder_lr, 0.2);
}

TEST_F(ASetup, KeepsThePrecisionThatTheModelWasMadeFor) {
  create("compatible", Preset::compatible);
  create("recommended", Preset::recommended);
  const auto compatible = settled("compatible", request());
  EXPECT_EQ(precision_choice(request(), compatible), PrecisionChoice::fp32);
  EXPECT_EQ(precision_choice(request(), settled("recommended", request())), PrecisionChoice::automatic);
  auto r = request();
  r.precision_given = true;
  EXPECT_EQ(precision_choice(r, compatible), PrecisionChoice::automatic);
  r.options.precision = PrecisionChoice::bf16;
  EXPECT_EQ(precision_choice(r, compatible), PrecisionChoice::bf16);
  // A new one made by `train`.
  auto fresh = request();
  fresh.options.preset = Preset::compatible;
  EXPECT_TRUE(settled("fresh", fresh).fp32);
}

TEST_F(ASetup, TakesThePresetOfANewModelAlone) {
  create("recommended", Preset::recommended);
  auto r = request();
  r.options.preset = Preset::compatible;
  EXPECT_TRUE(settled("recommended", r).fp32);  // nothing was saved yet
  ASSERT_TRUE(ModelFolder::open(models_ / "recommended")->save(made(1)));
  EXPECT_FALSE(settled("recommended", r).fp32);
  EXPECT_EQ(precision_choice(r, settled("recommended", r)), PrecisionChoice::automatic);
}

TEST_F(ASetup, TellsOfAnOptionThatDoesNothing) {
  auto d = fitting();
  d.steering.expression_power = 1;
  d.saehd.batch_size = 4;
  EXPECT_TRUE(options_without_effect(*spec_of(d)).empty());
  d.steering.micro_batches = 3;  // parts of one face and of two
  EXPECT_TRUE(options_without_effect(*spec_of(d)).empty());
  d.steering.micro_batches = 4;
  EXPECT_EQ(options_without_effect(*spec_of(d)).size(), 1u);
  d.steering.micro_batches = 6;
  EXPECT_EQ(options_without_effect(*spec_of(d)).size(), 1u);
  d.steering.micro_batches = 1;
  d.saehd.batch_size = 1;
  EXPECT_EQ(options_without_effect(*spec_of(d)).size(), 1u);
  d.steering.expression_power = 0;
  EXPECT_TRUE(options_without_effect(*spec_of(d)).empty());
}

}  // namespace
}  // namespace understudy
