// SPDX-License-Identifier: Apache-2.0
// For tests: models small enough to train in a moment.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "lib/training/face_trainer.hpp"
#include "lib/training/model_options.hpp"

namespace understudy {

// 64 pixels, four faces a batch, networks of a few channels.
inline ModelDescription tiny(ModelClass model_class, const char* archi = "df-ud") {
  ModelDescription model;
  model.model_class = model_class;
  model.saehd.archi = archi;
  model.saehd.resolution = model.amp.resolution = 64;
  model.saehd.batch_size = model.amp.batch_size = 4;
  model.saehd.face_type = ModelFaceType::wf;
  model.amp.inter_dims = 32;
  model.shared.ae_dims = 16;
  model.shared.e_dims = model.shared.d_dims = model.shared.d_mask_dims = 4;
  model.shared.gan_dims = 4;
  model.seed = 5;
  return model;
}

inline FaceTrainer trainer_of(const ModelDescription& model) {
  const auto spec = spec_of(model);
  if (!spec) throw std::runtime_error(to_sentence(spec.error()));
  return FaceTrainer(*spec, {}, Precision::fp32);
}

// Faces of noise with a box as their mask, the same each time.
inline Batch random_batch(int n = 4) {
  torch::manual_seed(11);
  auto side = [n] {
    const Tensor mask = torch::zeros({n, 1, 64, 64});
    mask.slice(2, 10, 50).slice(3, 12, 52).fill_(1);
    const Tensor face = torch::rand({n, 3, 64, 64});
    return BatchSide{face, face, mask, mask * 0.5};
  };
  return {side(), side()};
}

inline std::map<std::string, Tensor> copied(const std::vector<NamedTensor>& all) {
  std::map<std::string, Tensor> copy;
  for (const auto& t : all) copy.emplace(t.name, t.tensor.clone());
  return copy;
}

}  // namespace understudy
