// SPDX-License-Identifier: Apache-2.0
// What of a saved state is taken over, and as what.
#include <gtest/gtest.h>

#include <cmath>

#include "lib/training/model_fake.hpp"
#include "lib/training/tiny_model.hpp"

namespace understudy {
namespace {

TEST(FaceTrainer, ADiscriminatorThatIsNotFiniteIsNeitherSavedNorTakenOver) {
  for (const bool gan : {true, false}) {
    auto model = tiny(ModelClass::saehd);
    (gan ? model.shared.gan_power : model.saehd.true_face_power) = 0.1;
    auto trainer = trainer_of(model);
    EXPECT_TRUE(trainer.weights_are_finite());
    auto saved = copied(trainer.weights());
    const auto fresh = copied(trainer.weights());
    int spoiled = 0;
    {
      torch::NoGradGuard no_grad;
      for (auto& t : trainer.weights()) {
        if (!t.name.starts_with(gan ? "D_src/" : "dis/") || ++spoiled > 1) continue;
        t.tensor.fill_(NAN);
        saved.at(t.name).fill_(NAN);
      }
    }
    ASSERT_GT(spoiled, 0);
    EXPECT_FALSE(trainer.weights_are_finite());
    std::vector<std::string> notes;
    ASSERT_TRUE(trainer.load(saved, copied(trainer.optimizer_state()), notes));
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_NE(notes[0].find("not finite"), std::string::npos) << notes[0];
    EXPECT_TRUE(trainer.weights_are_finite());
    for (const auto& t : trainer.weights()) EXPECT_TRUE(torch::equal(t.tensor, fresh.at(t.name))) << t.name;
  }
}

// It is worth the iterations behind it, whatever the optimiser remembers of them.
TEST(FaceTrainer, AnAverageStaysWhatItWasUnderAFreshOptimiser) {
  const Batch batch = random_batch();
  auto model = tiny(ModelClass::saehd);
  model.steering.ema = 0.99;
  auto first = trainer_of(model);
  first.step(batch);
  auto weights = copied(first.weights());
  std::map<std::string, Tensor> slots;  // none: an import without its optimiser
  for (int call = 0; call < 2; ++call) {
    for (auto& [name, tensor] : weights) {
      if (name.starts_with("ema:")) tensor.zero_();
    }
    auto trainer = trainer_of(model);
    std::vector<std::string> notes;
    ASSERT_TRUE(trainer.load(weights, slots, notes));
    trainer.step(batch);
    weights = copied(trainer.weights());
    slots = copied(trainer.optimizer_state());
    const std::string name = "inter/dense1/weight";
    const double mean = weights.at("ema:" + name).norm().item<double>(), now = weights.at(name).norm().item<double>();
    EXPECT_NEAR(mean / now, 0.01, 0.001) << "call " << call;
  }
}

// A gradient that was a sum over the batch and is its mean now, and back: slots are of its size.
TEST(ModelFolder, SlotsFollowTheSizeOfTheGradient) {
  const ScratchFolder scratch;
  auto description = described();
  for (const bool mean_before : {false, true}) {
    description.steering.mean_gradient = mean_before;
    auto folder = *ModelFolder::create(scratch.path / (mean_before ? "mean" : "sum"), description);
    auto generation = made(2);
    for (const char* name :
         {"vs/encoder/weight", "GAN_opt:ms/D_src/weight", "GAN_opt:vs/D_src/weight", "acc/encoder/x"})
      generation.optimizer.push_back({name, torch::full({3}, 36.0)});
    ASSERT_TRUE(folder.save(generation));
    auto other = description;
    other.steering.mean_gradient = !mean_before;
    folder.intend(other);
    std::vector<std::string> warnings;
    const auto loaded = folder.load_trained(true, warnings);
    ASSERT_TRUE(loaded);
    for (const auto& t : generation.optimizer) {
      const bool counter = t.name == "iters", squares = t.name.find("ms/") == std::string::npos;
      const double scale = mean_before ? 6 : 1.0 / 6;  // described() has six faces a batch
      const Tensor wanted = counter ? t.tensor : t.tensor * (squares ? scale * scale : scale);
      EXPECT_TRUE(torch::allclose(loaded->optimizer.at(t.name).to(torch::kFloat64), wanted.to(torch::kFloat64)))
          << t.name;
    }
  }
}

// A description that is not that of the weights: none of them is thrown away to fit it.
TEST(ModelFolder, WeightsAreNeverMadeSmaller) {
  const ScratchFolder scratch;
  auto description = described();
  description.saehd.resolution = 128;
  auto folder = *ModelFolder::create(scratch.path / "m", description);
  ASSERT_TRUE(folder.save(made(2)));
  description.saehd.resolution = 96;
  folder.intend(description);
  std::vector<std::string> warnings;
  EXPECT_EQ(folder.load_trained(true, warnings)->adapted, "");
}

}  // namespace
}  // namespace understudy
