// SPDX-License-Identifier: Apache-2.0
#include "lib/infer/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "lib/base/scratch_folder.hpp"

namespace understudy::infer {
namespace {

// y = relu(W x) in OpenVINO's own text format, with W = [[1,-2],[3,4]] in the .bin beside it.
constexpr const char* tiny_net = R"(<?xml version="1.0"?><net name="tiny" version="11"><layers>
<layer id="0" name="x" type="Parameter" version="opset1"><data shape="1,2" element_type="f32"/>
<output><port id="0" precision="FP32" names="x"><dim>1</dim><dim>2</dim></port></output></layer>
<layer id="1" name="w" type="Const" version="opset1"><data element_type="f32" shape="2,2" offset="0" size="16"/>
<output><port id="0" precision="FP32"><dim>2</dim><dim>2</dim></port></output></layer>
<layer id="2" name="m" type="MatMul" version="opset1"><data transpose_a="false" transpose_b="true"/>
<input><port id="0"><dim>1</dim><dim>2</dim></port><port id="1"><dim>2</dim><dim>2</dim></port></input>
<output><port id="2" precision="FP32"><dim>1</dim><dim>2</dim></port></output></layer>
<layer id="3" name="r" type="ReLU" version="opset1"><input><port id="0"><dim>1</dim><dim>2</dim></port></input>
<output><port id="1" precision="FP32" names="y"><dim>1</dim><dim>2</dim></port></output></layer>
<layer id="4" name="out" type="Result" version="opset1"><input><port id="0"><dim>1</dim><dim>2</dim></port></input></layer>
</layers><edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/><edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
<edge from-layer="2" from-port="2" to-layer="3" to-port="0"/><edge from-layer="3" from-port="1" to-layer="4" to-port="0"/></edges></net>)";

class Infer : public ::testing::Test {
 protected:
  void SetUp() override {
    const float weights[] = {1, -2, 3, 4};
    ASSERT_TRUE(write_text(folder_ / "tiny.xml", tiny_net));
    ASSERT_TRUE(write_file(folder_ / "tiny.bin", {reinterpret_cast<const std::uint8_t*>(weights), sizeof weights}));
  }
  const ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path;
};

TEST_F(Infer, RunsANetworkWithNamedOutputs) {
  auto session = Session::load(folder_ / "tiny.xml");
  ASSERT_TRUE(session) << to_sentence(session.error());
  ASSERT_EQ(session->inputs().size(), 1u);
  EXPECT_EQ(session->inputs()[0].shape, (Shape{1, 2}));
  ASSERT_EQ(session->outputs().size(), 1u);
  EXPECT_EQ(session->outputs()[0].name, "y");
  session->input(0)[0] = 1;
  session->input(0)[1] = 2;
  ASSERT_TRUE(session->run());
  EXPECT_FLOAT_EQ(session->output(0)[0], 0);
  EXPECT_FLOAT_EQ(session->output(0)[1], 11);
}

TEST_F(Infer, ComputesInFullPrecision) {
  auto session = Session::load(folder_ / "tiny.xml");
  ASSERT_TRUE(session);
  session->input(0)[0] = 1.0001f;  // bf16 would round this to 1
  session->input(0)[1] = 0;
  ASSERT_TRUE(session->run());
  EXPECT_FLOAT_EQ(session->output(0)[0], 1.0001f);
}

TEST_F(Infer, ABatchIsAskedForByShape) {
  SessionOptions options;
  options.shapes = {{3, 2}};
  auto session = Session::load(folder_ / "tiny.xml", options);
  ASSERT_TRUE(session) << to_sentence(session.error());
  for (int i = 0; i < 6; ++i) session->input(0)[i] = static_cast<float>(i);
  ASSERT_TRUE(session->run());
  EXPECT_FLOAT_EQ(session->output(0)[5], 3 * 4 + 4 * 5);
}

TEST_F(Infer, SharedSessionsRunAtOnce) {
  SessionOptions options;
  options.streams = 2;
  auto session = Session::load(folder_ / "tiny.xml", options);
  ASSERT_TRUE(session);
  auto work = [](Session own, float x, bool& right) {
    for (int i = 0; i < 200; ++i) {
      own.input(0)[0] = x;
      own.input(0)[1] = 0;
      right &= own.run() && own.output(0)[1] == 3 * x;
    }
  };
  bool right_a = true, right_b = true;
  std::thread a(work, session->share(), 1.0f, std::ref(right_a)), b(work, session->share(), 2.0f, std::ref(right_b));
  a.join();
  b.join();
  EXPECT_TRUE(right_a);
  EXPECT_TRUE(right_b);
}

// A TensorFlow Lite network is read from a temporary file: when there can be none any more, a second one was not
// compiled.
TEST_F(Infer, ASmallNetworkInMemoryIsCompiledOnce) {
  const auto face = read_file(UNDERSTUDY_DEPS "/models/face_detection_short_range.tflite");
  ASSERT_TRUE(face);
  const auto load = [&](int streams) { return Session::load(*face, "face.tflite", {.streams = streams}); };
  auto first = load(1);
  ASSERT_TRUE(first) << to_sentence(first.error());
  const char* const was = std::getenv("TMPDIR");
  const std::string before = was ? was : "";
  ::setenv("TMPDIR", (folder_ / "none").c_str(), 1);
  auto second = load(1);
  const bool of_another_use = load(2).has_value();
  was ? ::setenv("TMPDIR", before.c_str(), 1) : ::unsetenv("TMPDIR");
  ASSERT_TRUE(second) << to_sentence(second.error());
  EXPECT_FALSE(of_another_use);
  // Each has inputs and outputs of its own.
  std::ranges::fill(first->input(0), 0.0f);
  std::ranges::fill(second->input(0), 0.7f);
  ASSERT_TRUE(first->run() && second->run());
  const std::vector<float> dark(first->output(0).begin(), first->output(0).end());
  EXPECT_FALSE(std::ranges::equal(dark, second->output(0)));
  std::ranges::fill(second->input(0), 0.0f);
  ASSERT_TRUE(second->run());
  EXPECT_TRUE(std::ranges::equal(dark, second->output(0)));
}

TEST_F(Infer, BadFilesAreErrors) {
  EXPECT_EQ(Session::load(folder_ / "none.onnx").error().code, Code::not_found);
  ASSERT_TRUE(write_text(folder_ / "bad.onnx", "no network at all"));
  const auto bad = Session::load(folder_ / "bad.onnx");
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("bad.onnx"), std::string::npos);
  const std::string junk = "junk";
  EXPECT_FALSE(Session::load({reinterpret_cast<const std::uint8_t*>(junk.data()), junk.size()}, "junk.tflite"));
}

}  // namespace
}  // namespace understudy::infer
