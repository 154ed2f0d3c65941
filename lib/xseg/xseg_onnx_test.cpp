// SPDX-License-Identifier: Apache-2.0
// The exported network run by OpenVINO gives what ours gives.
#include "lib/xseg/xseg_onnx.hpp"

#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/infer/session.hpp"
#include "lib/nets/xseg.hpp"

namespace understudy {
namespace {

TEST(XsegOnnx, AnotherLibraryGivesTheSameMask) {
  torch::manual_seed(6);
  Parameters parameters(6);
  const XsegNet net(parameters);
  std::map<std::string, Tensor> weights;
  for (auto& p : parameters.all()) {
    // Every parameter is to count: none at its start value of 0 or 1.
    if (p.name.ends_with("/bias") || p.name.ends_with("/tau")) p.master.add_(torch::randn_like(p.master) * 0.1);
    if (p.name.ends_with("/frn/weight")) p.master.mul_(torch::rand_like(p.master) + 0.5);
    if (p.name.ends_with("/eps")) p.master.fill_(-0.01);
    weights.emplace(p.name, p.master);
  }
  const auto bytes = xseg_onnx(weights);
  ASSERT_TRUE(bytes) << to_sentence(bytes.error());
  auto session = infer::Session::load(*bytes, "xseg.onnx", {.shapes = {{1, 256, 256, 3}}});
  ASSERT_TRUE(session) << to_sentence(session.error());
  EXPECT_EQ(session->inputs()[0].name, "in_face:0");
  EXPECT_EQ(session->outputs()[0].name, "out_mask:0");
  const Tensor face = torch::rand({1, 3, 256, 256});
  const Tensor nhwc = face.permute({0, 2, 3, 1}).contiguous();
  std::copy_n(nhwc.data_ptr<float>(), nhwc.numel(), session->input(0).begin());
  ASSERT_TRUE(session->run());
  torch::NoGradGuard no_grad;
  const Tensor wanted = torch::sigmoid(net.logits(face)).contiguous();
  EXPECT_GT(wanted.std().item<float>(), 0.01) << "a mask that says something";
  float furthest = 0;
  for (std::int64_t i = 0; i < wanted.numel(); ++i)
    furthest =
        std::max(furthest, std::abs(session->output(0)[static_cast<std::size_t>(i)] - wanted.data_ptr<float>()[i]));
  EXPECT_LT(furthest, 1e-4);
}

TEST(XsegOnnx, IsNotWrittenOverAnother) {
  Parameters parameters(1);
  const XsegNet net(parameters);
  std::map<std::string, Tensor> weights;
  for (auto& p : parameters.all()) weights.emplace(p.name, p.master);
  const ScratchFolder scratch;
  ASSERT_TRUE(write_xseg_onnx(weights, scratch.path, false));
  EXPECT_FALSE(write_xseg_onnx(weights, scratch.path, false));
  EXPECT_TRUE(write_xseg_onnx(weights, scratch.path, true));
  weights.erase("xseg/up3/tlu/tau");
  EXPECT_EQ(xseg_onnx(weights).error().code, Code::bad_file);
}

}  // namespace
}  // namespace understudy
