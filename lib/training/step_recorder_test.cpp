// SPDX-License-Identifier: Apache-2.0
// Recorded steps, without a GPU: a recording that calls the step again has the same inputs, places and order as one
// that CUDA makes.
#include <gtest/gtest.h>

#include "lib/tensor/upload.hpp"
#include "lib/training/face_trainer.hpp"
#include "lib/training/model_options.hpp"
#include "lib/training/optimizer_kernels.hpp"

namespace understudy {
namespace {

struct Calls {
  int records = 0, replays = 0, runs = 0;
};

class CalledAgain : public RecordedWork {
 public:
  enum class Fault { none, throws_while_recording, does_it_twice };
  CalledAgain(Calls& calls, Fault fault) : calls_(calls), fault_(fault) {}
  void run(const std::function<void()>& work) override {
    ++calls_.runs;
    work();
  }
  void record(const std::function<void()>& work) override {
    ++calls_.records;
    work_ = work;
    if (fault_ == Fault::throws_while_recording) {
      work();
      throw std::runtime_error("this operation cannot be recorded");
    }
  }
  void replay() override {
    ++calls_.replays;
    work_();
    if (fault_ == Fault::does_it_twice) work_();
  }

 private:
  Calls& calls_;
  Fault fault_;
  std::function<void()> work_;
};

ModelDescription small(ModelClass model_class) {
  ModelDescription model;
  model.model_class = model_class;
  model.saehd.archi = "df-ud";
  model.saehd.resolution = model.amp.resolution = 64;
  model.amp.inter_dims = 32;
  model.shared.ae_dims = 16;
  model.shared.e_dims = model.shared.d_dims = model.shared.d_mask_dims = model.shared.gan_dims = 4;
  model.shared.gan_power = 0.1;
  model.saehd.true_face_power = 0.01;
  model.shared.clipgrad = true;
  model.seed = 5;
  return model;
}

Batch drawn(int seed, int n = 4) {
  torch::manual_seed(seed);
  auto side = [n] {
    const Tensor face = torch::rand({n, 3, 64, 64}), mask = torch::ones({n, 1, 64, 64});
    return BatchSide{face, face, mask, mask * 0.5};
  };
  return {side(), side()};
}

void expect_equal(const std::vector<NamedTensor>& a, const std::vector<NamedTensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(torch::equal(a[i].tensor, b[i].tensor)) << a[i].name;
}

// Trains with and without the recording; the two must not differ in a bit.
void compare(const ModelDescription& model, Precision precision, CalledAgain::Fault fault,
             StepRecorder::State expected) {
  const auto spec = spec_of(model);
  ASSERT_TRUE(spec) << to_sentence(spec.error());
  FaceTrainer plain(*spec, {}, precision), recorded(*spec, {}, precision);
  Calls calls;
  recorded.record_steps(std::make_unique<CalledAgain>(calls, fault));
  for (int i = 0; i < 7; ++i) {
    if (i == 5) {
      plain.set_lr_factor(0.5);
      recorded.set_lr_factor(0.5);
    }
    const auto a = plain.step(drawn(i)), b = recorded.step(drawn(i));
    EXPECT_EQ(a.src, b.src) << i;
    EXPECT_EQ(a.dst, b.dst) << i;
  }
  EXPECT_EQ(recorded.recorder()->state(), expected);
  EXPECT_EQ(recorded.recorder()->why().empty(), expected == StepRecorder::State::recorded);
  EXPECT_EQ(calls.runs, 7);
  EXPECT_EQ(calls.records, 1);
  expect_equal(plain.weights(), recorded.weights());
  expect_equal(plain.optimizer_state(), recorded.optimizer_state());
  if (expected == StepRecorder::State::recorded) {
    EXPECT_EQ(calls.replays, 4);  // the trial and three steps
    // A batch of another size cannot be replayed: it is stepped plainly.
    EXPECT_EQ(plain.step(drawn(8, 2)).src, recorded.step(drawn(8, 2)).src);
    EXPECT_EQ(calls.replays, 4);
  }
}

using Fault = CalledAgain::Fault;
using State = StepRecorder::State;

TEST(StepRecorder, RecordedStepsAreThePlainOnes) {
  auto saehd = small(ModelClass::saehd);
  compare(saehd, Precision::fp32, Fault::none, State::recorded);
  saehd.shared.lr_dropout = LrDropout::y;
  saehd.steering.micro_batches = 2;
  saehd.steering.ema = 0.9;
  compare(saehd, Precision::bf16, Fault::none, State::recorded);
  compare(small(ModelClass::amp), Precision::fp32, Fault::none, State::recorded);  // whose channels are drawn anew
}

TEST(StepRecorder, WhatDoesSomethingElseIsGivenUpWithoutATrace) {
  const auto saehd = small(ModelClass::saehd);
  compare(saehd, Precision::fp32, Fault::throws_while_recording, State::given_up);
  compare(saehd, Precision::fp32, Fault::does_it_twice, State::given_up);
}

TEST(Optimizer, TensorOperationsDoWhatTheFusedLoopDoes) {
  UpdateRule rule{.lr = 1e-3f, .epsilon = 1e-6f, .beta1 = 0.9f, .beta2 = 0.999f, .fresh1 = 0.1f, .fresh2 = 0.001f};
  for (const bool adabelief : {true, false}) {
    torch::manual_seed(3);
    Tensor master = torch::randn({33, 17}), gradient = torch::randn({33, 17}), first = torch::rand({33, 17}),
           second = adabelief ? torch::rand({33, 17}) : Tensor(), value = master.to(torch::kBFloat16);
    const auto copy = [](const Tensor& t) { return t.defined() ? t.clone() : t; };
    const Tensor master2 = copy(master), first2 = copy(first), second2 = copy(second), value2 = copy(value);
    const Tensor lr = torch::full({}, rule.lr), scale = torch::full({}, 0.25f);
    rule.gradient_scale = 0.25f;
    for (int step = 0; step < 3; ++step) {
      update_tensor(rule, {master, gradient, first, second, value});
      update_on_device(rule, lr, scale, {master2, gradient, first2, second2, value2});
    }
    EXPECT_LT((master - master2).abs().max().item<float>(), 1e-6);
    EXPECT_LT((first - first2).abs().max().item<float>(), 1e-6);
    if (adabelief) {
      EXPECT_LT((second - second2).abs().max().item<float>(), 1e-6);
    }
    EXPECT_LT((value - value2).abs().max().item<float>(), 0.02);  // one step of bf16
    EXPECT_GT((value - value2).eq(0).to(torch::kFloat32).mean().item<float>(), 0.95);
  }
}

TEST(Uploader, HasNothingToDoOnTheCpu) {
  const Uploader upload{Device{}};
  const Tensor face = torch::rand({2, 3});
  EXPECT_TRUE(upload(face).is_same(face));
  EXPECT_FALSE(upload(Tensor()).defined());
}

}  // namespace
}  // namespace understudy
