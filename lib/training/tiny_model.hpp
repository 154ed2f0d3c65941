// SPDX-License-Identifier: Apache-2.0
// For tests: models small enough to train in a moment.
#pragma once

#include <stdexcept>

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

}  // namespace understudy
