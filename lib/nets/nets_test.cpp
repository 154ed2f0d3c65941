// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

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
  const auto out = net.forward(src, dst, /*with_swap=*/true);
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

}  // namespace
}  // namespace understudy
