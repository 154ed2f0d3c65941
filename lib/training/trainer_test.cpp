// SPDX-License-Identifier: Apache-2.0
// The trainer's options, one by one, on networks small enough to train in a moment.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "lib/training/expression_loss.hpp"
#include "lib/training/losses.hpp"
#include "lib/training/tiny_model.hpp"

namespace understudy {
namespace {

// Names of the parts whose weights a step changes.
std::set<std::string> changed_parts(FaceTrainer& trainer, const Batch& batch) {
  const auto before = copied(trainer.weights());
  trainer.step(batch);
  std::set<std::string> parts;
  for (const auto& t : trainer.weights()) {
    if (!torch::equal(t.tensor, before.at(t.name))) parts.insert(t.name.substr(0, t.name.find('/')));
  }
  return parts;
}

using Parts = std::set<std::string>;

TEST(FaceTrainer, TrainsWhatTheOriginalTrains) {
  const Batch batch = random_batch();
  auto parts = [&](const ModelDescription& model) {
    auto trainer = trainer_of(model);
    return changed_parts(trainer, batch);
  };
  auto df = tiny(ModelClass::saehd);
  EXPECT_EQ(parts(df), (Parts{"encoder", "inter", "decoder_src", "decoder_dst"}));
  df.shared.gan_power = 0.1;
  df.saehd.true_face_power = 0.01;
  EXPECT_EQ(parts(df), (Parts{"encoder", "inter", "decoder_src", "decoder_dst", "D_src", "dis"}));
  df.saehd.pretrain = true;  // no discriminators there
  EXPECT_EQ(parts(df), (Parts{"encoder", "inter", "decoder_src", "decoder_dst"}));
  auto liae = tiny(ModelClass::saehd, "liae-ud");
  liae.saehd.true_face_power = 0.5;  // df only
  EXPECT_EQ(parts(liae), (Parts{"encoder", "inter_AB", "inter_B", "decoder"}));
  liae.shared.random_warp = false;
  EXPECT_EQ(parts(liae), (Parts{"encoder", "inter_B", "decoder"}));
  auto amp = tiny(ModelClass::amp);
  EXPECT_EQ(parts(amp), (Parts{"encoder", "decoder"}));
  amp.steering.train_inters = true;
  amp.shared.gan_power = 0.1;
  EXPECT_EQ(parts(amp), (Parts{"encoder", "inter_src", "inter_dst", "decoder", "GAN"}));
  amp.steering.freeze = "encoder,decoder";
  EXPECT_EQ(parts(amp), (Parts{"inter_src", "inter_dst", "GAN"}));
}

TEST(FaceTrainer, ABatchOfSrcAloneTrainsNothingOfDst) {
  const Batch whole = random_batch();
  const Batch src_alone{whole.src, {}};
  const auto trained = [&](ModelDescription model, int micro_batches) {
    model.steering.micro_batches = micro_batches;
    auto trainer = trainer_of(model);
    return changed_parts(trainer, src_alone);
  };
  auto df = tiny(ModelClass::saehd);
  df.shared.gan_power = 0.1;
  const auto liae = tiny(ModelClass::saehd, "liae-ud");
  for (const int parts : {1, 2}) {
    EXPECT_EQ(trained(df, parts), (Parts{"encoder", "inter", "decoder_src", "D_src"}));
    EXPECT_EQ(trained(liae, parts), (Parts{"encoder", "inter_AB", "decoder"}));
  }
  // What src learns is the same with dst beside it.
  for (const auto& model : {df, liae}) {
    auto alone = trainer_of(model), beside = trainer_of(model);
    const Losses without = alone.step(src_alone), with = beside.step(whole);
    EXPECT_TRUE(without.dst.empty());
    ASSERT_EQ(without.src.size(), with.src.size());
    for (std::size_t i = 0; i < with.src.size(); ++i) EXPECT_NEAR(without.src[i], with.src[i], 1e-5 * with.src[i]);
  }
}

TEST(FaceTrainer, WhatNeedsBothSidesHasDstInEachBatch) {
  auto model = tiny(ModelClass::saehd);
  model.steering.dst_every = 4;
  EXPECT_EQ(spec_of(model)->rules.dst_every, 4);
  const auto every = [&](const std::function<void(ModelDescription&)>& change) {
    auto changed = model;
    change(changed);
    return spec_of(changed)->rules.dst_every;
  };
  EXPECT_EQ(every([](auto& m) { m.saehd.true_face_power = 0.1; }), 1);
  EXPECT_EQ(every([](auto& m) { m.saehd.face_style_power = 1; }), 1);
  EXPECT_EQ(every([](auto& m) { m.saehd.bg_style_power = 1; }), 1);
  EXPECT_EQ(every([](auto& m) { m.saehd.pretrain = true; }), 1);
  EXPECT_EQ(every([](auto& m) { m.steering.expression_power = 1; }), 1);
  EXPECT_EQ(every([](auto& m) { m.steering.retrain_worst = 10; }), 1);
  auto amp = tiny(ModelClass::amp);
  amp.steering.dst_every = 4;
  EXPECT_EQ(spec_of(amp)->rules.dst_every, 1);
}

TEST(FaceTrainer, ExpressionTeachesTheSrcDecoderOnly) {
  const Batch batch = random_batch();
  const auto stepped = [&](double power, bool warp) {
    auto model = tiny(ModelClass::saehd);
    model.steering.expression_power = power;
    model.shared.random_warp = warp;
    auto trainer = trainer_of(model);
    trainer.step(batch);
    return copied(trainer.weights());
  };
  for (const bool warp : {false, true}) {
    const auto without = stepped(0, warp), with = stepped(100, warp);
    Parts taught;
    for (const auto& [name, tensor] : with) {
      if (!torch::equal(tensor, without.at(name))) taught.insert(name.substr(0, name.find('/')));
    }
    EXPECT_EQ(taught, (Parts{"decoder_src"})) << warp;
  }
}

TEST(FaceTrainer, ExpressionIsOfWhatChangesInABatch) {
  auto model = tiny(ModelClass::saehd);
  model.shared.random_warp = false;
  auto trainer = trainer_of(model);
  const Batch batch = random_batch();
  const Targets targets = targets_of(trainer.spec(), batch, torch::kCPU);
  const auto term = [&](const Tensor& swapped) {
    Reconstruction out = trainer.net().forward(batch.src.warped, batch.dst.warped, {.swap_detached = true});
    out.swap_detached->bgr = swapped;
    return expression_term(trainer.net(), trainer.parameters(), trainer.spec(), out, targets).sum().item<double>();
  };
  EXPECT_EQ(term(batch.dst.target), 0);               // dst's own faces do what dst does
  EXPECT_GT(term(batch.dst.target.roll(1, 0)), 0.1);  // the same faces at other moments do not
  EXPECT_GT(term(batch.dst.target.mean(0, true).expand_as(batch.dst.target)), 0.1);  // nor a face that never moves
  for (auto& p : trainer.parameters().all()) EXPECT_TRUE(p.value.requires_grad()) << p.name;
}

TEST(FaceTrainer, AmpAndPretrainingHaveNoExpressionTerm) {
  auto amp = tiny(ModelClass::amp);
  auto pretrained = tiny(ModelClass::saehd);
  amp.steering.expression_power = pretrained.steering.expression_power = 1;
  pretrained.saehd.pretrain = true;
  EXPECT_EQ(spec_of(amp)->rules.expression_power, 0);
  EXPECT_EQ(spec_of(pretrained)->rules.expression_power, 0);
  auto liae = tiny(ModelClass::saehd, "liae-ud");
  liae.steering.expression_power = 1;
  const Batch batch = random_batch();
  auto trainer = trainer_of(liae);
  EXPECT_EQ(changed_parts(trainer, batch), (Parts{"encoder", "inter_AB", "inter_B", "decoder"}));
}

TEST(Optimizer, AStateThatMisfitsChangesNothing) {
  auto trainer = trainer_of(tiny(ModelClass::saehd));
  for (int i = 0; i < 2; ++i) trainer.step(random_batch());
  std::map<std::string, Tensor> before, wrong;
  for (const auto& slot : trainer.optimizer().state()) {
    before.emplace(slot.name, slot.tensor.clone());
    wrong.emplace(slot.name, torch::full_like(slot.tensor, 7));
  }
  const auto expect_as_before = [&] {
    for (const auto& slot : trainer.optimizer().state())
      EXPECT_TRUE(torch::equal(slot.tensor, before.at(slot.name))) << slot.name;
  };
  const std::string last = trainer.optimizer().state().back().name;
  auto misfit = wrong;
  misfit[last] = torch::zeros({1, 2, 3});
  EXPECT_FALSE(trainer.optimizer().load_state(misfit));
  expect_as_before();
  misfit.erase(last);
  EXPECT_FALSE(trainer.optimizer().load_state(misfit));
  expect_as_before();
  EXPECT_TRUE(trainer.optimizer().load_state(wrong));
  EXPECT_EQ(trainer.optimizer().steps(), 7);
  trainer.optimizer().start_over();
  for (const auto& slot : trainer.optimizer().state())
    EXPECT_EQ(slot.tensor.abs().sum().item<double>(), 0) << slot.name;
}

// How far a step moves each part.
TEST(FaceTrainer, TheEncoderMovesByItsShareOfTheLearningRate) {
  const Batch batch = random_batch();
  const auto moved = [&](double share) {
    auto model = tiny(ModelClass::saehd);
    model.steering.encoder_lr = share;
    auto trainer = trainer_of(model);
    const auto before = copied(trainer.weights());
    trainer.step(batch);
    std::map<std::string, double> by_part;
    for (const auto& t : trainer.weights())
      by_part[t.name.substr(0, t.name.find('/'))] += (t.tensor - before.at(t.name)).abs().sum().item<double>();
    return by_part;
  };
  const auto whole = moved(1), tenth = moved(0.1);
  for (const auto& [part, distance] : whole) {
    const bool encodes = part == "encoder" || part.starts_with("inter");
    EXPECT_NEAR(tenth.at(part) / distance, encodes ? 0.1 : 1, 0.01) << part;
  }
}

TEST(FaceTrainer, WhatASavedStateLacksStartsAnewEvenWhenItWasSpoiled) {
  auto model = tiny(ModelClass::saehd);
  model.shared.gan_power = 0.1;
  auto fresh = trainer_of(model), trainer = trainer_of(model);
  const auto as_new = copied(fresh.weights()), no_steps = copied(fresh.optimizer_state());
  trainer.step(random_batch());
  {
    torch::NoGradGuard no_grad;
    for (auto& t : trainer.weights()) t.tensor.fill_(NAN);
    for (auto& t : trainer.optimizer_state()) t.tensor.fill_(7);
  }
  std::map<std::string, Tensor> generator;
  for (const auto& [name, tensor] : as_new) {
    if (!name.starts_with("D_src/")) generator.emplace(name, tensor);
  }
  std::vector<std::string> notes;
  ASSERT_TRUE(trainer.load(generator, {}, notes));
  EXPECT_EQ(notes.size(), 2u);
  for (const auto& t : trainer.weights()) EXPECT_TRUE(torch::equal(t.tensor, as_new.at(t.name))) << t.name;
  for (const auto& t : trainer.optimizer_state()) EXPECT_TRUE(torch::equal(t.tensor, no_steps.at(t.name))) << t.name;
}

TEST(FaceTrainer, RenewsAPartAndItsAverages) {
  auto model = tiny(ModelClass::saehd, "liae-ud");
  model.steering.ema = 0.9;
  auto trainer = trainer_of(model);
  for (int i = 0; i < 3; ++i) trainer.step(random_batch());
  const auto before = copied(trainer.weights());
  trainer.renew("inter", 6);
  model.seed = 6;
  const auto fresh = copied(trainer_of(model).weights());
  for (const auto& t : trainer.weights()) {
    const bool inter = t.name.find("inter") != std::string::npos;
    EXPECT_TRUE(torch::equal(t.tensor, (inter ? fresh : before).at(t.name))) << t.name;
    EXPECT_FALSE(inter && torch::equal(t.tensor, before.at(t.name))) << t.name;
  }
}

TEST(FaceTrainer, UnknownFrozenPartsAndMisfittingPatchesAreRefused) {
  auto model = tiny(ModelClass::saehd);
  model.steering.freeze = "decoder";
  EXPECT_FALSE(spec_of(model));
  model.steering.freeze = "";
  model.shared.gan_power = 1;
  model.shared.gan_patch_size = 511;
  EXPECT_FALSE(spec_of(model));
  auto amp = tiny(ModelClass::amp);
  amp.amp.resolution = 80;
  EXPECT_FALSE(spec_of(amp));
}

TEST(FaceTrainer, MicroBatchesGiveTheWholeBatchsStep) {
  const Batch batch = random_batch();
  auto model = tiny(ModelClass::saehd);
  model.shared.gan_power = 0.1;
  auto whole = trainer_of(model);
  model.steering.micro_batches = 2;
  auto parts = trainer_of(model);
  for (int i = 0; i < 2; ++i) {
    const auto a = whole.step(batch), b = parts.step(batch);
    ASSERT_EQ(a.src.size(), b.src.size());
    EXPECT_NEAR(a.mean_src(), b.mean_src(), 1e-3);
  }
  const auto mine = copied(parts.weights());
  for (const auto& t : whole.weights())
    EXPECT_LT((t.tensor - mine.at(t.name)).abs().max().item<float>(), 2e-4) << t.name;
}

TEST(FaceTrainer, StateComesBackBitEqual) {
  const Batch batch = random_batch();
  for (auto model : {tiny(ModelClass::saehd), tiny(ModelClass::amp)}) {
    model.shared.gan_power = 0.1;
    model.saehd.true_face_power = 0.01;
    model.steering.ema = 0.9;
    auto first = trainer_of(model);
    for (int i = 0; i < 3; ++i) first.step(batch);
    auto second = trainer_of(model);
    std::vector<std::string> notes;
    const auto loaded = second.load(copied(first.weights()), copied(first.optimizer_state()), notes);
    ASSERT_TRUE(loaded) << to_sentence(loaded.error());
    EXPECT_TRUE(notes.empty()) << notes.front();
    first.step(batch);
    second.step(batch);
    const auto mine = copied(second.weights()), slots = copied(second.optimizer_state());
    for (const auto& t : first.weights()) EXPECT_TRUE(torch::equal(t.tensor, mine.at(t.name))) << t.name;
    for (const auto& t : first.optimizer_state()) EXPECT_TRUE(torch::equal(t.tensor, slots.at(t.name))) << t.name;
  }
}

TEST(FaceTrainer, ADiscriminatorOfAnotherSizeStartsAnewAndSaysSo) {
  auto model = tiny(ModelClass::saehd);
  model.shared.gan_power = 0.1;
  auto first = trainer_of(model);
  model.shared.gan_dims = 8;
  auto second = trainer_of(model);
  std::vector<std::string> notes;
  ASSERT_TRUE(second.load(copied(first.weights()), copied(first.optimizer_state()), notes));
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("GAN discriminator starts anew"), std::string::npos);
}

TEST(FaceTrainer, AverageTrailsTheWeights) {
  const Batch batch = random_batch();
  auto model = tiny(ModelClass::saehd);
  model.steering.ema = 0.9;
  auto trainer = trainer_of(model);
  const Tensor start = trainer.parameters().find("encoder/down1/downs_0/conv1/weight")->master.clone();
  for (int i = 0; i < 5; ++i) trainer.step(batch);
  auto* weight = trainer.parameters().find("encoder/down1/downs_0/conv1/weight");
  const Tensor now = weight->master.clone();
  {
    const WeightAverage::Use averaged(trainer.average());
    EXPECT_GT((weight->value - now).norm().item<double>(), 0);
    EXPECT_LT((weight->value - now).norm().item<double>(), (start - now).norm().item<double>());
  }
  EXPECT_TRUE(torch::equal(weight->value, now));
}

// Every term that an option adds is really in the loss or the gradient: the step or the loss differs without it.
TEST(FaceTrainer, EveryOptionCounts) {
  const Batch batch = random_batch();
  auto trace = [&](const ModelDescription& model) {
    auto trainer = trainer_of(model);
    double sum = 0;
    for (int i = 0; i < 2; ++i) {
      const auto losses = trainer.step(batch);
      EXPECT_TRUE(std::isfinite(losses.mean_src()) && std::isfinite(losses.mean_dst()));
      sum += losses.mean_src() + losses.mean_dst();
    }
    for (const auto& t : trainer.weights()) {
      if (t.name.starts_with("encoder")) sum += t.tensor.abs().sum().item<double>();
    }
    return sum;
  };
  const double plain = trace(tiny(ModelClass::saehd));
  const std::map<std::string, std::function<void(ModelDescription&)>> changes{
      {"masked", [](auto& m) { m.saehd.masked_training = false; }},
      {"eyes-mouth", [](auto& m) { m.saehd.eyes_mouth_prio = true; }},
      {"blur-out-mask", [](auto& m) { m.shared.blur_out_mask = true; }},
      {"rmsprop", [](auto& m) { m.saehd.optimizer = OptimizerChoice::rmsprop; }},
      {"lr-dropout", [](auto& m) { m.shared.lr_dropout = LrDropout::y; }},
      {"clipgrad", [](auto& m) { m.shared.clipgrad = true; }},
      {"gan", [](auto& m) { m.shared.gan_power = 1; }},
      {"true face", [](auto& m) { m.saehd.true_face_power = 1; }},
      {"face style", [](auto& m) { m.saehd.face_style_power = 10; }},
      {"bg style", [](auto& m) { m.saehd.bg_style_power = 10; }},
      {"lr", [](auto& m) { m.steering.lr = 1e-4; }},
      {"encoder lr", [](auto& m) { m.steering.encoder_lr = 0.5; }},
      {"warm-up", [](auto& m) { m.steering.warm_up = 10; }},
      {"schedule", [](auto& m) { m.steering.lr_schedule = LrSchedule::cosine, m.steering.lr_decay = 3; }},
      {"mean gradient", [](auto& m) { m.steering.mean_gradient = true; }},
      {"padded", [](auto& m) { m.steering.structure_loss = StructureLoss::padded; }},
      {"two-scale", [](auto& m) { m.steering.structure_loss = StructureLoss::two_scale; }},
      {"area", [](auto& m) { m.steering.area_normalised = true; }},
      {"edges", [](auto& m) { m.steering.edge_power = 1; }},
      {"background", [](auto& m) { m.steering.background_power = 0.5; }},
  };
  std::map<double, std::string> seen{{plain, "plain"}};
  for (const auto& [name, change] : changes) {
    auto model = tiny(ModelClass::saehd);
    change(model);
    const auto [it, fresh] = seen.emplace(trace(model), name);
    EXPECT_TRUE(fresh) << name << " trains as " << it->second;
  }
}

TEST(Losses, PaddedWindowsReachTheBorder) {
  const Tensor a = torch::full({1, 3, 64, 64}, 0.5), b = a.clone();
  b.slice(2, 0, 1).fill_(0.9);  // the outermost row
  const double inside = dssim(a, b, 55).mean().item<double>(),
               padded = dssim(a, b, 55, 1.5, true).mean().item<double>();
  EXPECT_LT(inside, 1e-6);
  EXPECT_GT(padded, 1e-3);
  EXPECT_NEAR(dssim(a, a, 11, 1.5, true).abs().max().item<float>(), 0, 1e-6);
}

TEST(Losses, EdgesSeeBlurNotBrightness) {
  torch::manual_seed(1);
  const Tensor a = torch::rand({1, 3, 64, 64});
  EXPECT_LT(edge_loss(a, a + 0.2).item<float>(), 1e-6);
  EXPECT_GT(edge_loss(a, gaussian_blur(a, 2)).item<float>(), 0.01);
  EXPECT_NEAR(binary_cross_entropy(torch::zeros({1, 1, 2, 2}), true).item<float>(), std::log(2.0), 1e-6);
  EXPECT_NEAR(total_variation(torch::arange(4).to(torch::kFloat32).view({1, 1, 2, 2})).item<float>(), 2 * 4 + 2 * 1,
              1e-6);
}

}  // namespace
}  // namespace understudy
