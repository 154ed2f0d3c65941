// SPDX-License-Identifier: Apache-2.0
#include "lib/nets/xseg.hpp"

#include <gtest/gtest.h>

#include "lib/nets/frn_tlu.hpp"

namespace understudy {
namespace {

// Spec networks-and-training.md 10.
TEST(Xseg, HasDeepFaceLabsParameters) {
  Parameters parameters(1);
  const XsegNet net(parameters);
  EXPECT_EQ(parameters.all().size(), 222u);
  EXPECT_EQ(parameters.count(), 17'569'317);
}

TEST(Xseg, GivesAMaskOfEveryPicture) {
  torch::manual_seed(1);
  Parameters parameters(1);
  const XsegNet net(parameters, {.base = 4});
  const Tensor faces = torch::rand({2, 3, 256, 256});
  const Tensor logits = net.logits(faces).detach();
  EXPECT_EQ(logits.sizes(), (std::vector<std::int64_t>{2, 1, 256, 256}));
  const Tensor mask = net.mask(faces);
  const Tensor plain = torch::sigmoid(logits);
  EXPECT_TRUE(torch::equal(mask, torch::where(plain < 0.1, torch::zeros_like(plain), plain)));
  // Each picture by itself.
  EXPECT_LT((net.logits(faces.narrow(0, 1, 1)) - logits.narrow(0, 1, 1)).abs().max().item<float>(), 1e-4);
}

// With Winograd's convolutions a mask is made in fewer passes over memory.
TEST(Xseg, MasksAreTheSameWhoeverNormalises) {
  torch::manual_seed(1);
  for (const XsegShape shape : {XsegShape{.base = 16, .resolution = 128, .levels = 5}, XsegShape{.base = 16}}) {
    Parameters p(7), q(7);
    const XsegNet plain(p, shape), quick(q, shape);
    q.set_winograd(true);
    for (auto* parameters : {&p, &q}) {  // what a training would have moved
      torch::NoGradGuard no_grad;
      int seed = 0;
      for (auto& one : parameters->all()) {
        const auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(++seed));
        if (one.value.dim() == 1) one.value.add_(torch::empty_like(one.value).normal_(0, 0.2, generator));
      }
    }
    const Tensor faces = torch::rand({2, 3, shape.resolution, shape.resolution});
    const Tensor wanted = plain.mask(faces), mask = quick.mask(faces);
    EXPECT_FALSE(torch::equal(mask, wanted)) << "the two ways do not differ";
    EXPECT_GT((wanted > 0.1).to(torch::kFloat32).mean().item<float>(), 0.05);
    EXPECT_LT((torch::logit(mask, 1e-3) - torch::logit(wanted, 1e-3)).abs().mean().item<float>(), 1e-4);
    EXPECT_LT((mask - wanted).abs().mean().item<float>(), 1e-5);
  }
}

TEST(Xseg, PretrainingGoesThroughTheBottleneckAlone) {
  torch::manual_seed(1);
  Parameters parameters(1);
  const XsegNet net(parameters, {.base = 4});
  const Tensor faces = torch::rand({1, 3, 256, 256});
  net.logits(faces, /*pretrain=*/true).sum().backward();
  const Parameter& joined =
      *parameters.find("xseg/uconv02/conv/weight");  // (b, 2b, 3, 3): first the way up, then skips
  const Tensor gradient = joined.value.grad();
  EXPECT_GT(gradient.narrow(1, 0, 4).abs().max().item<float>(), 0);
  EXPECT_EQ(gradient.narrow(1, 4, 4).abs().max().item<float>(), 0);
}

TEST(Xseg, ASmallOneIsOfTheSameKind) {
  Parameters parameters(1);
  const XsegNet net(parameters, {.base = 4, .resolution = 128, .levels = 5});
  EXPECT_EQ(net.logits(torch::rand({1, 3, 128, 128})).sizes(), (std::vector<std::int64_t>{1, 1, 128, 128}));
  EXPECT_EQ(parameters.find("xseg/conv51/conv/weight"), nullptr);
}

struct Numbers {
  Tensor x, weight, bias, eps, tau;
  std::vector<Tensor> all() const { return {x, weight, bias, eps, tau}; }
};
Numbers drawn(std::vector<std::int64_t> size, torch::Dtype type) {
  torch::manual_seed(3);
  const auto c = size[1];
  Numbers n{torch::randn(size).to(type).contiguous(torch::MemoryFormat::ChannelsLast), torch::rand({c}) + 0.5,
            torch::randn({c}) * 0.3, torch::full({1}, -0.05f), torch::randn({c}) * 0.3};
  for (const auto& t : n.all()) t.set_requires_grad(true);
  return n;
}

double off(const Tensor& a, const Tensor& b) {
  const Tensor wide = b.to(torch::kFloat64);
  return ((a.to(torch::kFloat64) - wide).norm() / wide.norm()).item<double>();
}

void compare(std::vector<std::int64_t> size, torch::Dtype type, double tolerance) {
  const Numbers own = drawn(size, type), plain = drawn(size, type);
  const Tensor y = frn_tlu(own.x, own.weight, own.bias, own.eps, own.tau);
  const Tensor wanted = frn_tlu_plain(plain.x, plain.weight, plain.bias, plain.eps, plain.tau);
  EXPECT_EQ(y.scalar_type(), type);
  EXPECT_LT(off(y, wanted), tolerance);
  torch::manual_seed(4);
  const Tensor dy = torch::randn(size).to(type);
  y.backward(dy);
  wanted.backward(dy);
  const auto ours = own.all(), theirs = plain.all();
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_LT(off(ours[i].grad(), theirs[i].grad()), tolerance) << i;
}

TEST(FrnTlu, IsHalvedWithoutBeingWritten) {
  torch::NoGradGuard no_grad;
  const Numbers n = drawn({2, 16, 10, 14}, torch::kFloat32);
  const Tensor wanted = frn_tlu_plain(n.x, n.weight, n.bias, n.eps, n.tau);
  const Normalised later = frn_tlu_later(n.x, mean_squares(n.x), n.weight, n.bias, n.eps, n.tau);
  EXPECT_LT(off(frn_tlu_now(later), wanted), 1e-5);
  for (const int taps : {2, 3, 4}) {
    const Tensor kernel = xseg_blur_kernel(taps).expand({16, 1, taps, taps});
    const std::int64_t before = (taps - 1) / 2, after = taps == 2 ? 0 : taps / 2;
    const Tensor padded = torch::constant_pad_nd(wanted, {before, after, before, after});
    const std::vector<std::int64_t> two{2, 2}, none{0, 0}, one{1, 1};
    const Tensor should = torch::conv2d(padded, kernel, {}, two, none, one, 16);
    const Tensor is = halved(later, taps);
    ASSERT_EQ(is.sizes(), should.sizes());
    EXPECT_LT(off(is, should), 1e-5) << taps;
  }
}

TEST(FrnTlu, IsWhatItsPartsAre) {
  compare({2, 32, 17, 23}, torch::kFloat32, 1e-5);
  compare({1, 5, 90, 91}, torch::kFloat32, 1e-5);  // several bands, channels of no round number
  compare({2, 32, 64, 64}, torch::kBFloat16, 0.01);
}

}  // namespace
}  // namespace understudy
