// SPDX-License-Identifier: Apache-2.0
#include "lib/start/start.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/nets/saehd.hpp"
#include "lib/training/model_folder.hpp"

namespace understudy {
namespace {

ModelSpec small_spec(int resolution) {
  ModelSpec spec = start_spec(resolution);
  spec.shape.ae_dims = 16;
  spec.shape.e_dims = 4;
  spec.shape.d_dims = 4;
  spec.shape.d_mask_dims = 4;
  return spec;
}

// The vector's scales and shifts multiplied into the weights make a plain decoder that draws the same.
TEST(Start, OneIdentityFoldsIntoAPlainDecoder) {
  const ModelSpec spec = small_spec(64);
  Parameters parameters(3), plain(4);
  const StartNet net(spec, parameters);
  const Saehd saehd(spec.shape, plain);
  torch::NoGradGuard no_grad;
  const Tensor faces = torch::rand({2, 3, 64, 64}, at::make_generator<at::CPUGeneratorImpl>(7));
  const Tensor encoded = net.encode(faces), who = 3 * net.identity(encoded).narrow(0, 0, 1);
  std::map<std::string, Tensor> weights;
  for (const auto& p : parameters.all()) weights.emplace(p.name, p.master);
  for (const char* part : {"decoder_src", "decoder_dst"}) {
    for (auto& [name, tensor] : net.decoder().plain(who.squeeze(0)))
      weights.emplace(std::string(part) + "/" + name, tensor);
  }
  ASSERT_TRUE(load_weights(plain.all(), weights));
  const Decoded told = net.decode(net.code(encoded, 64), who.expand({2, -1}));
  const Swap swap = saehd.predict(faces);
  EXPECT_LT((told.bgr - swap.bgr).abs().max().item<double>(), 1e-4);
  EXPECT_LT((told.mask - swap.mask).abs().max().item<double>(), 1e-4);
  // And another identity draws something else.
  const Decoded other = net.decode(net.code(encoded, 64), -who.expand({2, -1}));
  EXPECT_GT((other.bgr - told.bgr).abs().max().item<double>(), 1e-3);
}

// The code of another resolution is made by the dense layers resampled, with a gradient to the kept ones.
TEST(Start, ComputesAtOtherResolutionsWithResampledDenseLayers) {
  const ModelSpec spec = small_spec(64);
  Parameters parameters(3);
  const StartNet net(spec, parameters);
  const Tensor code = net.code(net.encode(torch::full({1, 3, 96, 96}, 0.5)), 96);
  EXPECT_EQ(code.sizes(), (std::vector<std::int64_t>{1, 16, 6, 6}));
  code.sum().backward();
  EXPECT_TRUE(parameters.find("inter/dense1/weight")->value.grad().defined());
}

// The shipped file is whole, fits the models it is for, and redraws people who were never in its training better than
// fresh weights do.
TEST(Start, TheShippedOneFitsModelsOfItsSizes) {
  const auto start = built_in_start();
  ASSERT_TRUE(start) << start.error().message;
  ModelDescription model = start->description;
  EXPECT_EQ(start_misfit(model), "");
  model.saehd.resolution = 128;
  model.saehd.face_type = ModelFaceType::wf;
  EXPECT_EQ(start_misfit(model), "");
  model.shared.d_dims += 2;
  EXPECT_NE(start_misfit(model), "");
  model = start->description;
  model.saehd.archi = "liae-ud";
  EXPECT_NE(start_misfit(*start, model), "");
}

TEST(Start, EightBitsPerChannelKeepTheWeights) {
  const auto start = built_in_start();
  ASSERT_TRUE(start);
  const ScratchFolder folder;
  ASSERT_TRUE(write_start(folder.path / "again.safetensors", start->weights));
  const auto bytes = read_file(folder.path / "again.safetensors");
  ASSERT_TRUE(bytes);
  const auto again = parse_start(*bytes, "again");
  ASSERT_TRUE(again);
  for (const auto& [name, tensor] : start->weights) {
    const double apart = (again->weights.at(name) - tensor).abs().max().item<double>();
    EXPECT_LE(apart, 1e-3 * tensor.abs().max().item<double>()) << name;
  }
}

TEST(Start, ADamagedFileIsRefused) {
  const std::vector<std::uint8_t> nothing(16, 0);
  EXPECT_FALSE(parse_start(nothing, "nothing"));
}

}  // namespace
}  // namespace understudy
