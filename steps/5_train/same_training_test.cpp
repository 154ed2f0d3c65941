// SPDX-License-Identifier: Apache-2.0
// The loop adds nothing to what is learned: the same seed gives the same numbers, to the bit, as the trainer and the
// samples by themselves.
#include <gtest/gtest.h>

#include "lib/base/scratch_folder.hpp"
#include "lib/loop/session.hpp"
#include "lib/training/face_pair.hpp"
#include "steps/5_train/faces_fake.hpp"
#include "steps/5_train/setup.hpp"

namespace understudy {
namespace {

ModelDescription small(ModelClass model_class) {
  ModelDescription model;
  model.model_class = model_class;
  model.seed = 5;
  model.saehd.resolution = model.amp.resolution = 64;
  model.saehd.batch_size = model.amp.batch_size = 2;
  model.shared.ae_dims = 16;
  model.shared.e_dims = model.shared.d_dims = model.shared.d_mask_dims = 4;
  model.amp.inter_dims = 16;
  return model;
}

std::unique_ptr<SampleSource> samples(const fs::path& folder, const ModelDescription& model, const ModelSpec& spec) {
  SampleSettings settings;
  settings.src = sample_rules(model, spec, Side::src);
  settings.dst = sample_rules(model, spec, Side::dst);
  settings.batch_size = spec.rules.batch_size;
  settings.seed = model.seed;
  return *SampleSource::open(folder / "src", folder / "dst", settings);
}

class SameTraining : public testing::TestWithParam<ModelClass> {};

TEST_P(SameTraining, WithTheLoopAndWithout) {
  const ScratchFolder folder;
  write_fake_faces(folder.path / "src");
  write_fake_faces(folder.path / "dst");
  const ModelDescription model = small(GetParam());
  const ModelSpec spec = *spec_of(model);
  const int iterations = model.quick() ? 4 : 20;  // Quick96 has no small size
  understudy::Run run;

  FacePair pair(model, spec, Device{}, Precision::fp32, samples(folder.path, model, spec));
  auto made = ModelFolder::create(folder.path / "model", model);
  ASSERT_TRUE(made);
  Session session(std::move(made->store()), pair);
  ASSERT_TRUE(session.load(run));
  for (int i = 0; i < iterations; ++i) {
    ASSERT_TRUE(session.iterate(run));
    if (i == iterations / 2) {
      ASSERT_TRUE(session.save(run));
    }
  }

  FaceTrainer plain(spec, Device{}, Precision::fp32);
  const auto source = samples(folder.path, model, spec);
  std::int64_t drawn = 0;
  for (int i = 0; i < iterations; ++i) {
    const bool again = model.quick() && i % 3 == 0 && i > 0;  // Quick96 shows every third time the batch before
    Batch batch = *source->batch(again ? drawn - 1 : drawn++);
    if (again) batch.src.warped = batch.src.target, batch.dst.warped = batch.dst.target;
    plain.step(batch);
  }
  const auto ours = pair.weights(), wanted = plain.weights();
  ASSERT_EQ(ours.size(), wanted.size());
  for (std::size_t i = 0; i < ours.size(); ++i)
    EXPECT_TRUE(torch::equal(ours[i].tensor, wanted[i].tensor)) << ours[i].name;
}

INSTANTIATE_TEST_SUITE_P(Classes, SameTraining,
                         testing::Values(ModelClass::saehd, ModelClass::amp, ModelClass::quick96));

}  // namespace
}  // namespace understudy
