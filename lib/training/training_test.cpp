// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <numeric>

#include "lib/base/scratch_folder.hpp"
#include "lib/training/face_trainer.hpp"
#include "lib/training/losses.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy {
namespace {

// Spec networks-and-training.md 10: hand-check values.
TEST(Losses, ConstantImagesGiveTheLuminanceTerm) {
  const Tensor a = torch::full({1, 3, 32, 32}, 0.5), b = torch::full({1, 3, 32, 32}, 0.6);
  EXPECT_NEAR(dssim(a, b, 11)[0][0].item<float>(), 0.0081954, 2e-6);
}

TEST(Losses, GaussianKernelIsTheSpecifications) {
  Tensor x = torch::zeros({1, 1, 9, 9});
  x[0][0][4][4] = 1;
  const Tensor y = gaussian_blur(x, 1.0);  // size 5
  const double profile[] = {0.05449, 0.24420, 0.40262};
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(y[0][0][4][2 + i].item<float>(), profile[i] * profile[2], 1e-5);
  EXPECT_EQ(y[0][0][4][1].item<float>(), 0);
}

// The gradient against finite differences, in the direction of a random change.
TEST(Losses, GradientsMatchFiniteDifferences) {
  torch::manual_seed(3);
  const Tensor target = torch::rand({2, 3, 64, 64}), change = torch::randn({2, 3, 64, 64});
  Tensor x = torch::rand({2, 3, 64, 64}).set_requires_grad(true);
  for (const auto& loss : std::vector<std::function<Tensor(const Tensor&)>>{
           [&](const Tensor& t) { return structure_loss(target, t, 64).sum(); },
           [&](const Tensor& t) { return style_loss(t, target).sum(); },
           [&](const Tensor& t) { return (soft_mask(t.narrow(1, 0, 1) * 0.3, 64) * target).sum(); }}) {
    x.mutable_grad().reset();
    loss(x).backward();
    const double analytic = (x.grad() * change).sum().item<double>();
    torch::NoGradGuard no_grad;
    const double h = 1e-3;
    const double numeric = (loss(x + change * h).item<double>() - loss(x - change * h).item<double>()) / (2 * h);
    EXPECT_NEAR(analytic, numeric, 0.02 * std::abs(numeric) + 1e-3);
  }
}

TEST(Optimizer, HandChecks) {
  auto run = [](OptimizerKind kind, double lr, int steps) {
    Parameters parameters(0);
    auto& p = parameters.add_zeros("w", {1});
    Optimizer optimizer({.kind = kind, .lr = lr}, {&p});
    std::vector<double> values;
    for (int i = 0; i < steps; ++i) {
      p.value.mutable_grad() = torch::ones({1});
      optimizer.step();
      values.push_back(p.master.item<float>());
    }
    return values;
  };
  const auto belief = run(OptimizerKind::adabelief, 5e-5, 2);
  EXPECT_NEAR(belief[0], -1.75676e-4, 1e-8);
  EXPECT_NEAR(belief[1] - belief[0], -2.48171e-4, 1e-8);
  EXPECT_NEAR(run(OptimizerKind::rmsprop, 1e-4, 1)[0], -3.16227e-4, 1e-8);
}

TEST(Optimizer, DropoutKeepsTheStatedPart) {
  Parameters parameters(0);
  auto& p = parameters.add_zeros("w", {100000});
  Optimizer optimizer({.kind = OptimizerKind::rmsprop, .lr = 1, .lr_dropout = 0.3, .seed = 5}, {&p});
  Tensor before = p.master.clone();
  std::vector<double> overlap;
  Tensor last;
  for (int i = 0; i < 3; ++i) {
    p.value.mutable_grad() = torch::ones({100000});
    optimizer.step();
    const Tensor changed = (p.master != before);
    EXPECT_NEAR(changed.sum().item<double>() / 1e5, 0.3, 0.01);
    if (last.defined()) {
      EXPECT_NEAR((changed & last).sum().item<double>() / 1e5, 0.09, 0.01);
    }
    last = changed;
    before = p.master.clone();
  }
}

Batch batch_of_noise(int resolution) {
  torch::manual_seed(11);
  auto side = [&] {
    return BatchSide{torch::rand({2, 3, resolution, resolution}), torch::rand({2, 3, resolution, resolution}),
                     torch::rand({2, 1, resolution, resolution}), torch::rand({2, 1, resolution, resolution})};
  };
  return {side(), side()};
}

ModelSpec tiny_spec(const char* archi = "df-ud") {
  ModelSpec spec;
  spec.shape = {*parse_archi(archi), 64, 16, 4, 4, 4};
  spec.rules.seed = 3;
  return spec;
}

TEST(FaceTrainer, LossFalls) {
  for (const auto precision : {Precision::fp32, Precision::bf16}) {
    FaceTrainer trainer(tiny_spec("liae-ud"), {}, precision);
    const Batch batch = batch_of_noise(64);
    const double first = trainer.step(batch).mean_src();
    for (int i = 0; i < 60; ++i) trainer.step(batch);
    EXPECT_LT(trainer.evaluate(batch).mean_src(), first * 0.9);
  }
}

// The whole network's gradient along a random direction of one tensor of each part, against finite differences.
TEST(FaceTrainer, GradientsMatchFiniteDifferences) {
  for (const char* archi : {"df-ud", "liae-ud", "df-c"}) {
    FaceTrainer trainer(tiny_spec(archi), {}, Precision::fp32);
    const Batch batch = batch_of_noise(64);
    // RMSprop's first step would hide the gradient: it is taken from AdaBelief's fresh mean, which is a tenth of it.
    std::map<std::string, Tensor> start;
    for (const auto& p : trainer.parameters().all()) start.emplace(p.name, p.master.clone());
    trainer.step(batch);
    torch::NoGradGuard no_grad;
    for (auto& p : trainer.parameters().all()) p.master.copy_(start.at(p.name));
    auto total = [&] {
      const Losses losses = trainer.evaluate(batch);
      return std::accumulate(losses.src.begin(), losses.src.end(), 0.0) +
             std::accumulate(losses.dst.begin(), losses.dst.end(), 0.0);
    };
    for (const auto& part : trainer.net().parts()) {
      auto& p = *std::find_if(trainer.parameters().all().begin(), trainer.parameters().all().end(),
                              [&](const auto& q) { return q.part() == part && q.name.ends_with("conv1/bias"); });
      const Tensor gradient = *trainer.optimizer().slot("ms/" + p.name) * 10;
      const Tensor direction = gradient / gradient.norm();
      const double h = 1e-2;
      p.master.copy_(start.at(p.name) + direction * h);
      const double above = total();
      p.master.copy_(start.at(p.name) - direction * h);
      const double below = total();
      p.master.copy_(start.at(p.name));
      const double analytic = gradient.norm().item<double>();
      EXPECT_NEAR((above - below) / (2 * h), analytic, 0.05 * analytic + 2e-3) << archi << " " << p.name;
    }
  }
}

TEST(FaceTrainer, FrozenInterStaysWhenRandomWarpIsOff) {
  auto spec = tiny_spec("liae-ud");
  spec.rules.random_warp = false;
  FaceTrainer trainer(spec, {}, Precision::fp32);
  std::map<std::string, Tensor> before;
  for (const auto& p : trainer.parameters().all()) before[p.name] = p.master.clone();
  trainer.step(batch_of_noise(64));
  for (const auto& p : trainer.parameters().all())
    EXPECT_EQ(torch::equal(before[p.name], p.master), p.part() == "inter_AB") << p.name;
}

Generation generation_of(FaceTrainer& trainer, std::int64_t iteration) {
  Generation g;
  g.iteration = g.batches = iteration;
  for (const auto& p : trainer.parameters().all()) g.weights.push_back({p.name, p.master});
  g.optimizer = trainer.optimizer().state();
  g.losses = torch::zeros({iteration, 2});
  return g;
}

TEST(ModelFolder, ResumesBitEqual) {
  const ScratchFolder folder;
  const Batch batch = batch_of_noise(64);
  FaceTrainer straight(tiny_spec(), {}, Precision::bf16), first(tiny_spec(), {}, Precision::bf16),
      second(tiny_spec(), {}, Precision::bf16);
  for (int i = 0; i < 6; ++i) straight.step(batch);
  for (int i = 0; i < 3; ++i) first.step(batch);
  auto model = *ModelFolder::create(folder.path, {});
  ASSERT_TRUE(model.save(generation_of(first, 3)));
  std::vector<std::string> warnings;
  const auto loaded = *ModelFolder::open(folder.path)->load(true, warnings);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->iteration, 3);
  ASSERT_TRUE(load_weights(second.parameters().all(), loaded->weights));
  second.parameters().refresh_values();
  ASSERT_TRUE(second.optimizer().load_state(loaded->optimizer));
  for (int i = 0; i < 3; ++i) second.step(batch);
  auto it = second.parameters().all().begin();
  for (const auto& p : straight.parameters().all()) EXPECT_TRUE(torch::equal(p.master, (it++)->master)) << p.name;
}

TEST(ModelFolder, DamagedGenerationFallsBackAndSaysSo) {
  const ScratchFolder folder;
  FaceTrainer trainer(tiny_spec(), {}, Precision::fp32);
  auto model = *ModelFolder::create(folder.path, {});
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(model.save(generation_of(trainer, i)));
  EXPECT_EQ(*model.generations(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_FALSE(fs::exists(folder.path / "weights-1.safetensors"));
  fs::resize_file(folder.path / "weights-3.safetensors", 100);
  std::vector<std::string> warnings;
  auto loaded = model.load(true, warnings);
  ASSERT_TRUE(loaded);
  EXPECT_EQ((*loaded)->iteration, 2);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("weights-3"), std::string::npos);
  fs::resize_file(folder.path / "optimizer-2.safetensors", 0);
  EXPECT_FALSE(model.load(true, warnings));
  EXPECT_TRUE(fs::exists(folder.path / "weights-3.safetensors"));
}

TEST(ModelFolder, ListNamesCannotLeaveTheFolder) {
  const ScratchFolder folder;
  auto model = *ModelFolder::create(folder.path, {});
  ASSERT_TRUE(write_text(
      folder.path / "generations.json",
      R"({"generations":[{"iteration":1,"batches":1,"weights":{"file":"../x","xxh3":"0000000000000000"},)"
      R"("optimizer":{"file":"o","xxh3":"0000000000000000"},"history":{"file":"h","xxh3":"0000000000000000"}}]})"));
  std::vector<std::string> warnings;
  EXPECT_EQ(model.load(true, warnings).error().code, Code::bad_file);
}

TEST(ModelFolder, MissingTensorIsRefused) {
  FaceTrainer trainer(tiny_spec(), {}, Precision::fp32);
  std::map<std::string, Tensor> saved;
  for (const auto& p : trainer.parameters().all()) saved.emplace(p.name, p.master);
  saved.erase("encoder/down1/downs_0/conv1/bias");
  EXPECT_NE(load_weights(trainer.parameters().all(), saved).error().message.find("downs_0/conv1/bias"),
            std::string::npos);
}

}  // namespace
}  // namespace understudy
