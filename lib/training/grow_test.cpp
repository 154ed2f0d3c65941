// SPDX-License-Identifier: Apache-2.0
#include "lib/training/grow.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/training/build_net.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy {
namespace {

ModelDescription model_of(int resolution, ModelFaceType type, const char* archi = "df-ud") {
  ModelDescription m;
  m.saehd.resolution = resolution;
  m.saehd.face_type = type;
  m.saehd.archi = archi;
  m.shared.ae_dims = 16;
  m.shared.e_dims = m.shared.d_dims = m.shared.d_mask_dims = 4;
  return m;
}

// A dense1 that sums up its picture, and a code that dense2 spreads evenly, stay what they are.
TEST(Grow, KeepsSumsOverTheCropAndEvenCodes) {
  const auto from = *spec_of(model_of(64, ModelFaceType::f)), to = *spec_of(model_of(128, ModelFaceType::f));
  const Tensor reads = grown("inter/dense1/weight", torch::full({16, 32 * 4 * 4}, 0.5), from, to, {});
  ASSERT_EQ(reads.sizes(), (std::vector<std::int64_t>{16, 32 * 8 * 8}));
  EXPECT_NEAR(reads.sum().item<double>(), 0.5 * 16 * 32 * 4 * 4, 1e-2);
  const Tensor writes = grown("inter/dense2/weight", torch::full({16 * 2 * 2, 16}, 0.25), from, to, {});
  ASSERT_EQ(writes.sizes(), (std::vector<std::int64_t>{16 * 4 * 4, 16}));
  EXPECT_TRUE(torch::allclose(writes, torch::full({16 * 4 * 4, 16}, 0.25)));
  EXPECT_EQ(grown("inter/dense2/bias", torch::zeros({16 * 2 * 2}), from, to, {}).size(0), 16 * 4 * 4);
  const Tensor other = torch::randn({4, 3, 5, 5});
  EXPECT_TRUE(torch::equal(grown("encoder/down1/downs_0/conv1/weight", other, from, to, {}), other));
}

TEST(Grow, PutsTheOldCropWhereItLiesInTheWiderOne) {
  const auto map = crop_map(ModelFaceType::f, ModelFaceType::wf);
  EXPECT_NEAR(map.zoom, 2.1314 / 1.5966, 1e-4);
  EXPECT_NEAR(map.shift, -0.07 / 1.5966, 1e-4);
  // What the old model wrote into its middle cells lies in the middle of the new one, a little lower.
  const auto from = *spec_of(model_of(128, ModelFaceType::f)), to = *spec_of(model_of(128, ModelFaceType::wf));
  Tensor bias = torch::zeros({1, 4, 4});
  bias.slice(1, 1, 3).slice(2, 1, 3).fill_(1);
  const Tensor wide = grown("inter/dense2/bias", bias.reshape({-1}), from, to, map).reshape({4, 4});
  const Tensor rows = wide.sum(1), columns = wide.sum(0);
  EXPECT_NEAR(columns[1].item<double>(), columns[2].item<double>(), 1e-5);
  EXPECT_LT(rows[1].item<double>(), rows[2].item<double>() - 0.1);
  // Outside the old crop the new encoder reads nothing at first.
  const Tensor reads = grown("inter/dense1/weight", torch::ones({1, 8 * 8}), from, to, map).reshape({8, 8});
  EXPECT_EQ(reads[0][0].item<double>(), 0);
  EXPECT_GT(reads[4][4].item<double>(), 1);
}

TEST(Grow, OnlyResolutionAndFaceTypeMayDiffer) {
  const auto small = model_of(64, ModelFaceType::f);
  EXPECT_TRUE(is_growth(small, model_of(128, ModelFaceType::f)));
  EXPECT_TRUE(is_growth(small, model_of(64, ModelFaceType::wf)));
  EXPECT_FALSE(is_growth(small, small));
  EXPECT_FALSE(is_growth(small, model_of(128, ModelFaceType::f, "liae-ud")));
  auto wider = model_of(128, ModelFaceType::f);
  wider.shared.d_dims = 8;
  EXPECT_FALSE(is_growth(small, wider));
}

TEST(Grow, EveryTensorFitsInEveryArchitecture) {
  for (const char* archi : {"df", "df-ud", "df-udt", "liae", "liae-udtc"}) {
    const auto from = *spec_of(model_of(64, ModelFaceType::f, archi)),
               to = *spec_of(model_of(128, ModelFaceType::wf, archi));
    Parameters small(1), large(1);
    const auto a = build_net(from, small), b = build_net(to, large);
    const auto map = crop_map(ModelFaceType::f, ModelFaceType::wf);
    for (const auto& p : large.all()) {
      const auto* old = small.find(p.name);
      ASSERT_NE(old, nullptr) << p.name;
      EXPECT_EQ(grown(p.name, old->master, from, to, map).sizes(), p.master.sizes()) << archi << ' ' << p.name;
    }
  }
}

Generation trained(const ModelDescription& model) {
  Parameters parameters(1);
  const auto net = build_net(*spec_of(model), parameters);
  Generation g;
  g.iteration = 3;
  g.losses = torch::zeros({3, 2});
  g.optimizer.push_back({"iters", torch::tensor({std::int64_t{3}})});
  for (const auto& p : parameters.all()) {
    g.weights.push_back({p.name, p.master});
    g.optimizer.push_back({"vs/" + p.name, p.master.square()});
  }
  return g;
}

// Growing a model is a change of model.json: what was saved before it is grown when it is read, at any time after.
TEST(Grow, AFolderGrowsWhatWasSavedSmaller) {
  const ScratchFolder scratch;
  const auto small = model_of(64, ModelFaceType::f), large = model_of(128, ModelFaceType::wf);
  auto folder = *ModelFolder::create(scratch.path / "m", small);
  ASSERT_TRUE(folder.save(trained(small)));
  ASSERT_TRUE(folder.change_description(large));
  std::vector<std::string> warnings;
  const auto again = ModelFolder::open(scratch.path / "m");
  ASSERT_TRUE(again);
  const auto loaded = again->load_trained(true, warnings);
  ASSERT_TRUE(loaded) << to_sentence(loaded.error());
  EXPECT_EQ(loaded->adapted, "Grown from 64 to 128 pixels");
  EXPECT_TRUE(warnings.empty());
  Parameters parameters(2);
  const auto net = build_net(*spec_of(large), parameters);
  EXPECT_TRUE(load_weights(parameters.all(), loaded->weights));
  for (const auto& p : parameters.all()) EXPECT_EQ(loaded->optimizer.at("vs/" + p.name).sizes(), p.master.sizes());
  // Once it is saved as it is now, nothing is left to grow.
  ASSERT_TRUE(folder.save(trained(large)));
  EXPECT_EQ(folder.load_trained(true, warnings)->adapted, "");
}

}  // namespace
}  // namespace understudy
