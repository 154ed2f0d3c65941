// SPDX-License-Identifier: Apache-2.0
// DeepFaceLab's model files: options of old versions, and what is refused.
#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "lib/training/dfl_export.hpp"
#include "lib/training/dfl_fake.hpp"

namespace understudy {
namespace {

TEST(Dfl, OptionsOfOldVersions) {
  ModelDescription d;
  auto notes =
      take_dfl_options(Value::dict({{"resolution", 192},
                                    {"archi", "LIAE-UDC"},
                                    {"ae_dims", NdArray::of<std::int64_t>(std::array<std::int64_t, 1>{384}, {1})},
                                    {"lr_dropout", true},
                                    {"adabelief", false},
                                    {"eyes_prio", true},
                                    {"use_fp16", false},
                                    {"random_flip", true},
                                    {"ct_mode", "seamless"},
                                    {"gan_power", 0.3},
                                    {"target_iter", 500000}}),
                       d);
  ASSERT_TRUE(notes) << to_sentence(notes.error());
  EXPECT_EQ(d.saehd.resolution, 192);
  EXPECT_EQ(d.saehd.archi, "liae-udc");
  EXPECT_EQ(d.shared.ae_dims, 384);
  EXPECT_EQ(d.shared.lr_dropout, LrDropout::y);
  EXPECT_EQ(d.saehd.optimizer, OptimizerChoice::rmsprop);
  EXPECT_FALSE(d.saehd.eyes_mouth_prio);  // the old key is removed on load, not taken over (spec 2.3)
  EXPECT_EQ(d.shared.gan_power, 0.3);
  EXPECT_EQ(notes->not_taken, (std::vector<std::string>{"ct_mode = seamless", "target_iter = 500000"}));
  EXPECT_EQ(notes->remarks.size(), 1u);  // what c meant
  const auto back = dfl_options(d, notes->others);
  EXPECT_EQ(*back.find("target_iter"), Value(500000));
  EXPECT_EQ(*back.find("lr_dropout"), Value("y"));
  EXPECT_EQ(*back.find("adabelief"), Value(false));
  EXPECT_EQ(*back.find("gan_patch_size"), Value(24));
  EXPECT_EQ(*back.find("eyes_prio"), Value(true));

  EXPECT_FALSE(take_dfl_options(Value::dict({{"resolution", "big"}}), d));
  EXPECT_FALSE(take_dfl_options(Value::dict({{"face_type", "ear"}}), d));
}

TEST(Dfl, AmpWithoutInterDims) {
  ModelDescription d;
  d.model_class = ModelClass::amp;
  ASSERT_TRUE(take_dfl_options(Value::dict({{"ae_dims", 320}}), d));
  EXPECT_EQ(d.amp.inter_dims, 320);
  EXPECT_EQ(d.shared.ae_dims, 320);
}

// What does not fit is refused in a sentence that names file and tensor; nothing is made up.
TEST(Dfl, WhatIsMissingOrMisfitsIsRefused) {
  auto d = small(ModelClass::saehd);
  d.shared.gan_power = 0.1;
  struct Case {
    std::function<void(FakeModel&)> spoil;
    std::string named;
  };
  const std::vector<Case> cases{
      {[](FakeModel& m) { m.files["inter.npy"].erase("dense2/bias:0"); }, "dense2/bias"},
      {[](FakeModel& m) { m.files.erase("decoder_dst.npy"); }, "decoder_dst.npy"},
      {[](FakeModel& m) {
         std::mt19937 chance(1);
         m.files["encoder.npy"].set("down1/downs_0/conv1/weight:0", random_array({5, 5, 3, 5}, chance));
       },
       "down1/downs_0/conv1/weight"},
      {[](FakeModel& m) { m.files["encoder.npy"].set("down1/downs_1/conv1/bias:0", Value("none")); },
       "downs_1/conv1/bias"},
      {[](FakeModel& m) { m.files.erase("GAN.npy"); }, "GAN.npy"},
      {[](FakeModel& m) { m.files["GAN.npy"].erase("out_conv/weight:0"); }, "out_conv/weight"},
      {[](FakeModel& m) { m.files["src_dst_opt.npy"].erase("vs_inter/dense1/weight_0:0"); }, "vs_inter/dense1/weight"},
      {[](FakeModel& m) { m.files["src_dst_opt.npy"].erase("iters:0"); }, "iters"},
      {[](FakeModel& m) { m.files["GAN_opt.npy"].erase("ms_D_src/in_conv/bias_0:0"); }, "ms_D_src/in_conv/bias"},
      {[](FakeModel& m) { m.losses = Value::list({Value::list({1.0})}); }, "loss history"},
      {[](FakeModel& m) { m.options.set("ae_dims", 17000); }, "ae-dims"},
      {[](FakeModel& m) { m.options.set("archi", "dfhd"); }, "dfhd"},
      {[](FakeModel& m) { m.options.set("ae_dims", 32); }, "inter.npy"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.named);
    const ScratchFolder scratch;
    FakeModel fake(d, true);
    c.spoil(fake);
    fake.write(scratch.path, "mic");
    const auto model = read_dfl_model(scratch.path, "");
    ASSERT_FALSE(model);
    EXPECT_NE(to_sentence(model.error()).find(c.named), std::string::npos) << to_sentence(model.error());
  }
}

TEST(Dfl, OptimizersAndDiscriminatorsMayBeLeftBehind) {
  auto d = small(ModelClass::saehd);
  d.shared.gan_power = 0.1;
  const ScratchFolder scratch;
  FakeModel fake(d, true);
  fake.files.erase("GAN.npy");
  fake.files["src_dst_opt.npy"].erase("iters:0");
  fake.write(scratch.path, "mic");
  EXPECT_FALSE(read_dfl_model(scratch.path, "mic"));
  const auto model = read_dfl_model(scratch.path, "mic", {.optimizer = false, .discriminators = false});
  ASSERT_TRUE(model) << to_sentence(model.error());
  EXPECT_TRUE(model->generation.optimizer.empty());
  EXPECT_FALSE(model->generation.weights.contains("D_src/in_conv/weight"));
}

// The original would take a model at iteration 0 for a new one, so there is nothing to import or export.
TEST(Dfl, IterationZeroIsRefused) {
  const ScratchFolder scratch;
  FakeModel fake(small(ModelClass::saehd), false);
  fake.write(scratch.path, "mic");
  const auto path = scratch.path / "mic_SAEHD_data.dat";
  auto data = *pickle::read_file(path);
  auto generation = read_dfl_model(scratch.path, "")->generation;
  data.set("iter", 0);
  ASSERT_TRUE(write_file(path, pickle::write(data)));
  EXPECT_FALSE(read_dfl_model(scratch.path, ""));
  generation.iteration = 0;
  EXPECT_FALSE(write_dfl_model(small(ModelClass::saehd), generation, {scratch.path / "out", "mic"}));
}

}  // namespace
}  // namespace understudy
