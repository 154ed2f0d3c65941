// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "lib/nets/amp.hpp"
#include "lib/nets/discriminators.hpp"
#include "lib/nets/saehd.hpp"

namespace understudy {
namespace {

std::pair<int, std::int64_t> count_of(const Parameters& parameters, std::string_view part) {
  std::pair<int, std::int64_t> count{};
  for (const auto& p : parameters.all()) {
    if (p.part() != part) continue;
    ++count.first;
    count.second += p.master.numel();
  }
  return count;
}

// Spec networks-and-training.md 10: tensors and parameters per sub-network.
TEST(Saehd, ParameterCountsAreTheSpecifications) {
  using Count = std::pair<int, std::int64_t>;
  {
    Parameters p(1);
    Saehd net({*parse_archi("df"), 128, 256, 64, 64, 22}, p);
    EXPECT_EQ(count_of(p, "encoder"), Count(8, 4306560));
    EXPECT_EQ(count_of(p, "inter"), Count(6, 14959872));
    EXPECT_EQ(count_of(p, "decoder_src"), Count(28, 19136000));
  }
  {
    Parameters p(1);
    Saehd net({*parse_archi("liae-ud"), 128, 256, 64, 64, 22}, p);
    EXPECT_EQ(count_of(p, "inter_AB"), Count(6, 19933440));
    EXPECT_EQ(count_of(p, "decoder"), Count(36, 38203115));
  }
  {
    Parameters p(1);
    Saehd net({*parse_archi("liae-udt"), 256, 256, 64, 64, 22}, p);
    EXPECT_EQ(count_of(p, "encoder"), Count(18, 15654144));
    EXPECT_EQ(count_of(p, "inter_B"), Count(4, 16810240));
    EXPECT_EQ(count_of(p, "decoder"), Count(44, 53477803));
  }
  {
    Parameters p(1);
    Saehd net(quick96_shape(), p);
    EXPECT_EQ(count_of(p, "inter"), Count(6, 3098368));
    EXPECT_EQ(count_of(p, "decoder_dst"), Count(36, 15444701));
  }
}

class AllArchis : public testing::TestWithParam<const char*> {};
TEST_P(AllArchis, OutputsHaveTheInputsSizeAndGradientsReachEveryPart) {
  Parameters p(7);
  Saehd net({*parse_archi(GetParam()), 64, 16, 4, 4, 4}, p);
  const Tensor src = torch::rand({2, 3, 64, 64}), dst = torch::rand({2, 3, 64, 64});
  const auto out = net.forward(src, dst, {.swap = true, .swap_detached = false, .channels = {}});
  for (const auto& d : {out.src, out.dst, *out.swap}) {
    EXPECT_EQ(d.bgr.sizes(), src.sizes());
    EXPECT_EQ(d.mask.sizes(), torch::IntArrayRef({2, 1, 64, 64}));
  }
  (out.src.bgr.sum() + out.dst.bgr.sum() + out.src.mask.sum() + out.dst.mask.sum()).backward();
  for (const auto& parameter : p.all()) EXPECT_TRUE(parameter.value.grad().defined()) << parameter.name;
  const auto swap = net.predict(dst);
  EXPECT_LT((swap.bgr - out.swap->bgr).abs().max().item<float>(), 1e-5);
  EXPECT_LT((swap.mask_dst - out.dst.mask).abs().max().item<float>(), 1e-5);
}
INSTANTIATE_TEST_SUITE_P(Saehd, AllArchis,
                         testing::Values("df", "df-u", "df-d", "df-ud", "df-t", "df-udt", "df-udc", "liae", "liae-ud",
                                         "liae-udt"));

// The default AMP model of spec 10.
TEST(Amp, ParameterCountsAreTheSpecifications) {
  using Count = std::pair<int, std::int64_t>;
  Parameters p(1);
  Amp net({224, 256, 1024, 64, 64, 22}, p);
  EXPECT_EQ(count_of(p, "encoder"), Count(20, 22076928));
  EXPECT_EQ(count_of(p, "inter_src"), Count(2, 12895232));
  EXPECT_EQ(count_of(p, "inter_dst"), Count(2, 12895232));
  EXPECT_EQ(count_of(p, "decoder"), Count(44, 53477803));
}

TEST(Amp, MorphGoesFromDstToSrc) {
  Parameters p(7);
  Amp net({64, 16, 32, 4, 4, 4}, p);
  const Tensor src = torch::rand({2, 3, 64, 64}), dst = torch::rand({2, 3, 64, 64});
  torch::NoGradGuard no_grad;
  const auto out = net.forward(src, dst, {.swap = true, .swap_detached = false, .channels = {}});
  auto distance = [](const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<float>(); };
  EXPECT_LT(distance(net.predict(dst, 0).bgr, out.dst.bgr), 1e-5);
  EXPECT_LT(distance(net.predict(dst, 1).bgr, out.swap->bgr), 1e-5);
  EXPECT_GT(distance(net.predict(dst, 0.5).bgr, net.predict(dst, 1).bgr), 1e-5);
  // All channels from inter_dst: a src face is coded like a dst face.
  const auto none =
      net.forward(dst, dst, {.swap = false, .swap_detached = false, .channels = torch::zeros({2, 32, 1, 1})});
  EXPECT_LT(distance(none.src.bgr, out.dst.bgr), 1e-5);
}

TEST(Checkpointing, GivesTheSameGradients) {
  for (const char* archi : {"df-ud", "liae-ud"}) {
    Parameters p(7), q(7);
    Saehd plain({*parse_archi(archi), 64, 16, 4, 4, 4}, p), saving({*parse_archi(archi), 64, 16, 4, 4, 4}, q);
    saving.set_checkpointing(true);
    const Tensor src = torch::rand({2, 3, 64, 64}), dst = torch::rand({2, 3, 64, 64});
    for (auto* net : {&plain, &saving}) {
      const auto out = net->forward(src, dst);
      (out.src.bgr.square().sum() + out.dst.bgr.sum() + out.src.mask.sum() + out.dst.mask.square().sum()).backward();
    }
    for (auto& a : p.all()) {
      const Tensor ours = q.find(a.name)->value.grad();
      ASSERT_TRUE(ours.defined()) << a.name;
      EXPECT_LT((a.value.grad() - ours).abs().max().item<float>(), 1e-4 * (1 + ours.abs().max().item<float>()))
          << a.name;
    }
  }
}

// Gradients of all weights by Winograd's convolutions and by the direct ones. A single layer's agree to 1e-5
// (winograd_test); through a network a value that the two round to different sides of a leaky ReLU's bend moves the
// gradients of the small layers before it by more: of one layer by up to 1.2e-2, in all by up to 1.05e-3, as the
// processor goes. A wrong gradient is off by more than its own size.
void expect_near(FaceNet& direct, Parameters& p, FaceNet& winograd, Parameters& q) {
  const auto r = direct.resolution();
  const Tensor src = torch::rand({2, 3, r, r}), dst = torch::rand({2, 3, r, r});
  Tensor first;
  for (auto* net : {&direct, &winograd}) {
    const auto out = net->forward(src, dst);
    (out.src.bgr.square().sum() + out.dst.bgr.sum() + out.src.mask.sum() + out.dst.mask.square().sum()).backward();
    if (!first.defined()) {
      first = out.src.bgr;
      continue;
    }
    EXPECT_LT((out.src.bgr - first).abs().max().item<float>(), 1e-5);
    EXPECT_FALSE(torch::equal(out.src.bgr, first)) << "the two ways do not differ";
  }
  double difference = 0, whole = 0;
  for (auto& a : p.all()) {
    if (!a.value.grad().defined()) continue;
    const Tensor ours = q.find(a.name)->value.grad();
    const double d = (a.value.grad() - ours).norm().item<double>(), n = ours.norm().item<double>();
    EXPECT_LT(d, 5e-2 * n) << a.name;
    difference += d * d;
    whole += n * n;
  }
  EXPECT_LT(std::sqrt(difference), 2e-3 * std::sqrt(whole));
}

TEST(Winograd, GivesTheGradientsOfTheDirectConvolutions) {
  for (const char* archi : {"df-ud", "liae-udt", "df"}) {
    Parameters p(7), q(7);
    q.set_winograd(true);
    const SaehdShape shape{*parse_archi(archi), 96, 32, 16, 16, 10};
    Saehd direct(shape, p), winograd(shape, q);
    expect_near(direct, p, winograd, q);
  }
  Parameters p(7), q(7);
  q.set_winograd(true);
  const AmpShape shape{96, 32, 64, 16, 16, 10};
  Amp direct(shape, p), winograd(shape, q);
  expect_near(direct, p, winograd, q);
}

// Spec networks-and-training.md 1.5: lines of the result table, and the nearest field for a patch between two.
TEST(Discriminators, StridesAreTheSpecifications) {
  const std::map<int, std::string> table{
      {3, "2"},       {7, "22"},         {11, "212"},        {15, "222"},      {16, "222"},        {27, "21212"},
      {28, "21212"},  {32, "2222"},      {40, "22122"},      {48, "22212"},    {55, "221212"},     {64, "22222"},
      {80, "222122"}, {119, "22121212"}, {123, "212121212"}, {255, "2222222"}, {303, "222121222"}, {1023, "222222222"}};
  for (const auto& [patch, strides] : table) {
    std::string ours;
    for (const int s : patch_strides(patch)) ours += std::to_string(s);
    EXPECT_EQ(ours, strides) << patch;
  }
  EXPECT_EQ(patch_strides(5), patch_strides(3));  // on a tie the smaller
  EXPECT_TRUE(check_patch(128, 16));
  EXPECT_FALSE(check_patch(80, 64));
}

TEST(Discriminators, AnswerInTheirShapes) {
  Parameters p(1);
  PatchDiscriminator judge("D_src", 16, 4, p);
  const auto logits = judge(torch::rand({2, 3, 64, 64}));
  EXPECT_EQ(logits.centre.sizes(), torch::IntArrayRef({2, 1, 8, 8}));
  EXPECT_EQ(logits.full.sizes(), torch::IntArrayRef({2, 1, 64, 64}));
  EXPECT_EQ(p.find("D_src/upconvs_0/weight")->master.sizes(), torch::IntArrayRef({32, 16, 3, 3}));
  EXPECT_EQ(p.find("D_src/upconvs_1/weight")->master.sizes(), torch::IntArrayRef({32, 8, 3, 3}));
  Parameters q(1);
  CodeDiscriminator code(16, 8, q);  // two convolutions: 8 -> 5 -> 3
  EXPECT_EQ(code(torch::rand({2, 16, 8, 8})).sizes(), torch::IntArrayRef({2, 1, 3, 3}));
}

TEST(Archi, RefusesNonsense) {
  for (const char* text : {"", "df-", "dfx", "df-uu", "df-x", "liae-ud-t"}) EXPECT_FALSE(parse_archi(text)) << text;
  EXPECT_EQ(to_string(*parse_archi("LIAE-du")), "liae-ud");
  EXPECT_FALSE(check_shape({*parse_archi("df-t"), 208, 256, 64, 64, 22}));
}

TEST(Layers, DepthToSpaceHasBlocksFirst) {
  const Tensor x = torch::arange(8).to(torch::kFloat32).view({1, 8, 1, 1});
  const Tensor y = depth_to_space(x);  // channel (dy*2+dx)*2 + c
  EXPECT_EQ(y[0][0][0][1].item<float>(), 2);
  EXPECT_EQ(y[0][1][1][0].item<float>(), 5);
}

TEST(Layers, PixelNormOfThreeFour) {
  const Tensor y = pixel_norm(torch::tensor({{3.0f, 4.0f}}));
  EXPECT_NEAR(y[0][0].item<float>(), 0.84853, 1e-5);
  EXPECT_NEAR(y[0][1].item<float>(), 1.13137, 1e-5);
}

TEST(ConvTransposed, WithoutGradientsItIsTheSame) {
  Parameters parameters(3);
  const ConvTransposed layer(parameters, "up", 6, 5, 2);
  parameters.find("up/bias")->master.uniform_(-1, 1);
  const Tensor x = torch::randn({2, 6, 7, 9}).contiguous(torch::MemoryFormat::ChannelsLast);
  const Tensor learning = layer(x).detach();
  torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::allclose(layer(x), learning, 1e-6, 1e-6));
  torch::InferenceMode inference;
  EXPECT_TRUE(torch::allclose(layer(x), learning, 1e-6, 1e-6));
}

TEST(ConvTransposed, InBf16IsWhatItIsInFp32) {
  for (const int stride : {1, 2}) {
    Parameters parameters(3);
    const ConvTransposed layer(parameters, "up", 6, 5, stride);
    torch::manual_seed(4);
    parameters.find("up/bias")->master.uniform_(-1, 1);
    const Tensor x = torch::randn({2, 6, 7, 9}).contiguous(torch::MemoryFormat::ChannelsLast);
    auto run = [&](Precision precision) {
      parameters.set_precision(precision);
      const Tensor in = x.to(parameters.all().front().value.scalar_type(), false, true).set_requires_grad(true);
      const Tensor out = layer(in);
      out.square().sum().backward();
      std::vector<Tensor> all{out.detach(), in.grad()};
      for (auto& p : parameters.all()) all.push_back(p.value.grad());
      return all;
    };
    const auto exact = run(Precision::fp32), rounded = run(Precision::bf16);
    EXPECT_EQ(exact[0].sizes(), torch::IntArrayRef({2, 5, 7 * stride, 9 * stride}));
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const double error = (rounded[i].to(torch::kFloat32) - exact[i]).norm().item<double>();
      EXPECT_LT(error, 0.02 * exact[i].norm().item<double>()) << i << " at stride " << stride;
    }
  }
}

}  // namespace
}  // namespace understudy
