// SPDX-License-Identifier: Apache-2.0
// Leaving pretraining, and what else a change of options asks for once: told by the saved generation, so that a kill or
// a refusal at any place loses nothing.
#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/loop/generation_list.hpp"
#include "lib/loop/session.hpp"
#include "lib/training/build_net.hpp"
#include "lib/training/face_pair.hpp"
#include "steps/5_train/course.hpp"
#include "steps/5_train/faces_fake.hpp"
#include "steps/5_train/setup.hpp"

namespace understudy {
namespace {

using Tensors = std::map<std::string, Tensor>;

class Pretrained : public testing::Test {
 protected:
  void SetUp() override {
    write_fake_faces(folder_.path / "src");
    write_fake_faces(folder_.path / "dst");
    auto pretraining = asked(true);
    pretraining.loop.target_iter = 3;
    const auto report = train(pretraining, run_);
    ASSERT_TRUE(report) << to_sentence(report.error());
    ASSERT_EQ(report->iteration, 3);
  }
  // A training of the model, where --pretrain or --no-pretrain was given.
  TrainRequest asked(bool pretrain) {
    TrainRequest r = small_request(folder_.path / "models");
    r.src = folder_.path / "src";
    r.dst = folder_.path / "dst";
    r.options.pretrain_set = folder_.path / "src";
    r.options.start = StartChoice::none;
    r.wanted.saehd.resolution = 64;
    r.wanted.saehd.pretrain = pretrain;
    r.wanted.steering.ema = 0.9;
    wanted_ = r.wanted;
    r.wanted_rows = model_rows(wanted_);
    for (auto& row : r.wanted_rows) row.given = row.key == "pretrain";
    return r;
  }
  LoadedGeneration saved(const fs::path& model) const {
    std::vector<std::string> warnings;
    return *ModelFolder::open(model)->load_trained(true, warnings);
  }
  struct Opened {
    std::unique_ptr<FacePair> pair;
    std::unique_ptr<Session> session;
  };
  // The session as train() opens it, without pretraining.
  Opened opened() {
    auto folder = *ModelFolder::open(model_);
    auto description = folder.description();
    description.saehd.pretrain = false;
    folder.intend(description);
    const auto spec = *spec_of(description);
    SampleSettings samples;
    samples.src = samples.dst = sample_rules(description, spec, Side::src);
    samples.batch_size = 2;
    auto source = SampleSource::open(folder_.path / "src", folder_.path / "dst", samples);
    auto pair = std::make_unique<FacePair>(description, spec, Device{}, Precision::fp32, *std::move(source));
    auto session = std::make_unique<Session>(std::move(folder.store()), *pair);
    EXPECT_TRUE(session->load(run_));
    return {std::move(pair), std::move(session)};
  }
  static Tensors weights_of(const Opened& opened) {
    Tensors all;
    for (const auto& t : opened.pair->weights()) all.emplace(t.name, t.tensor.clone());
    return all;
  }
  void expect_renewed(const Tensors& now, const Tensors& before) const {
    const auto spec = *spec_of(ModelFolder::open(model_)->description());
    Parameters fresh(spec.rules.seed + 1);
    const auto net = build_net(spec, fresh);
    int renewed = 0;
    for (const auto& [name, tensor] : now) {
      const std::string plain = name.starts_with("ema:") ? name.substr(4) : name;
      const bool inter = plain.starts_with("inter");
      renewed += inter;
      EXPECT_TRUE(torch::equal(tensor, inter ? fresh.find(plain)->master.detach() : before.at(name))) << name;
    }
    EXPECT_GT(renewed, 4);
  }

  const ScratchFolder folder_;
  const fs::path model_ = folder_.path / "models" / "saehd";
  ModelDescription wanted_;
  understudy::Run run_;
};

TEST_F(Pretrained, LeavingRenewsTheIntersAndTheirAverages) {
  const auto before = saved(model_);
  const auto now = opened();
  EXPECT_EQ(now.session->iteration(), 0);
  expect_renewed(weights_of(now), before.weights);
  // Nothing but a backup was written.
  EXPECT_TRUE(ModelFolder::open(model_)->description().saehd.pretrain);
  EXPECT_EQ(saved(model_).iteration, 3);
  const auto backup = ModelFolder::open(model_ / "backups" / "01");
  ASSERT_TRUE(backup);
  EXPECT_TRUE(backup->description().saehd.pretrain);
  EXPECT_EQ(saved(model_ / "backups" / "01").iteration, 3);
}

TEST_F(Pretrained, LeavingIsDoneAlsoWhenModelJsonSaysSoAlready) {
  const auto before = saved(model_);
  auto folder = *ModelFolder::open(model_);
  auto changed = folder.description();
  changed.saehd.pretrain = false;
  ASSERT_TRUE(folder.change_description(changed));  // and then it was killed
  for (int times = 0; times < 2; ++times) expect_renewed(weights_of(opened()), before.weights);
}

TEST_F(Pretrained, TrainsOnFromNothingAndOnlyOnce) {
  auto leaving = asked(false);
  leaving.loop.target_iter = 2;
  const auto report = train(leaving, run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->iteration, 2);
  EXPECT_EQ(report->iterations_done, 2);
  leaving.loop.target_iter = 4;
  const auto again = train(leaving, run_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->iterations_done, 2);
}

TEST_F(Pretrained, ARefusalLeavesAllAsItWas) {
  const auto described = *read_text(model_ / "model.json");
  auto leaving = asked(false);
  leaving.dst = folder_.path / "nothing";
  EXPECT_FALSE(train(leaving, run_));
  leaving.dst = folder_.path / "dst";
  for (const char* kind : {"weights", "optimizer"})  // and the save is damaged
    fs::resize_file(model_ / fmt::format("{}-3.safetensors", kind), 100);
  for (const char* kind : {"weights", "optimizer"}) {
    for (int i = 0; i < 3; ++i) {
      const auto file = model_ / fmt::format("{}-{}.safetensors", kind, i);
      if (fs::exists(file)) fs::resize_file(file, 100);
    }
  }
  EXPECT_FALSE(train(leaving, run_));
  EXPECT_EQ(*read_text(model_ / "model.json"), described);
  EXPECT_FALSE(fs::exists(model_ / "history.jsonl"));
}

// A rollback right after leaving goes back to what was saved while pretraining, with its inters renewed once more.
TEST_F(Pretrained, GoingBackToItLeavesItAgain) {
  const auto before = saved(model_);
  const auto now = opened();
  ASSERT_TRUE(now.session->store().commit_description());
  {
    torch::NoGradGuard no_grad;
    now.pair->trainer().parameters().find("encoder/down1/downs_0/conv1/bias")->master.fill_(NAN);
  }
  ASSERT_TRUE(now.session->iterate(run_));
  EXPECT_EQ(now.session->iteration(), 0);
  expect_renewed(weights_of(now), before.weights);
}

TEST_F(Pretrained, ARefusedStartMakesNoModel) {
  auto fresh = asked(false);
  fresh.options.model = "another";
  fresh.options.start_from = "nobody";
  EXPECT_FALSE(train(fresh, run_));
  EXPECT_FALSE(fs::exists(folder_.path / "models" / "another"));
  fresh.options.start_from = "saehd";
  fresh.options.start_parts = "no part";
  EXPECT_FALSE(train(fresh, run_));
  EXPECT_FALSE(fs::exists(folder_.path / "models" / "another"));
}

// What it was pretrained for is no part of the course that comes after it: in iterations, and in seconds.
TEST_F(Pretrained, ACourseBeginsWhereItIsLeft) {
  for (const bool seconds : {false, true}) {
    fs::remove_all(model_);
    auto pretraining = asked(true);
    pretraining.loop.target_iter = 3;
    ASSERT_TRUE(train(pretraining, run_));
    auto folder = *ModelFolder::open(model_);
    const auto end = saved(model_);
    Generation longer{4, end.batches, 5000, {}, {}, torch::zeros({4, 2})};
    for (const auto& [name, tensor] : end.weights) longer.weights.push_back({name, tensor});
    for (const auto& [name, tensor] : end.optimizer) longer.optimizer.push_back({name, tensor});
    ASSERT_TRUE(folder.save(longer));
    auto course = asked(false);
    course.loop.target_iter = 3;
    if (seconds) course.loop.time = "4000s";
    const auto report = train_course(course, Schedule::look, {"pretrain"}, run_);
    ASSERT_TRUE(report) << to_sentence(report.error());
    EXPECT_EQ(report->iteration, 3);
    EXPECT_EQ(report->iterations_done, 3);
    EXPECT_LT(trained_seconds(model_), 4000);
    const auto again = train_course(course, Schedule::look, {"pretrain"}, run_);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->iterations_done, 0);
  }
}

// A course of pretraining counts it.
TEST_F(Pretrained, ACourseOfPretrainingGoesOn) {
  auto course = asked(true);
  course.loop.target_iter = 4;
  const auto report = train_course(course, Schedule::look, {"pretrain"}, run_);
  ASSERT_TRUE(report) << to_sentence(report.error());
  EXPECT_EQ(report->iterations_done, 1);
}

TEST(NarrowFaces, AreTold) {
  const ScratchFolder folder;
  write_fake_faces(folder.path / "src");
  SampleSettings samples;
  samples.src.resolution = samples.dst.resolution = 64;
  samples.batch_size = 2;
  const auto source = SampleSource::open(folder.path / "src", folder.path / "src", samples);
  ASSERT_TRUE(source);
  ModelDescription model;
  for (const auto type : {ModelFaceType::h, ModelFaceType::f}) {
    model.saehd.face_type = type;
    EXPECT_TRUE(narrow_faces(**source, model).empty());
  }
  model.saehd.face_type = ModelFaceType::wf;
  const auto told = narrow_faces(**source, model);
  ASSERT_EQ(told.size(), 2u);
  for (const char* piece : {"6 of 6 src", "full_face", "whole_face", "--face-type wf"})
    EXPECT_NE(told[0].find(piece), std::string::npos) << told[0];
}

}  // namespace
}  // namespace understudy
