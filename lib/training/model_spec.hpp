// SPDX-License-Identifier: Apache-2.0
// What a model is and how it is trained, as the trainer needs it; made from the described options (model_options.hpp).
#pragma once

#include <cstdint>

#include "lib/nets/archi.hpp"

namespace understudy {

enum class ModelClass { saehd, quick96 };

struct TrainingRules {
  bool masked = true;          // reconstruction only inside the face
  bool eyes_mouth = false;     // extra weight on eyes and mouth
  bool blur_out_mask = false;  // targets' background blurred
  bool random_warp = true;     // off also freezes liae's inter_AB (spec 4.7)
  bool rmsprop = false;        // else AdaBelief
  bool lr_dropout = false;     // with a cosine of 500 steps (SAEHD) or none (Quick96)
  double clip_norm = 0;        // 0 = off
  int batch_size = 4;
  std::uint64_t seed = 0;  // initial weights, dropout masks
};

struct ModelSpec {
  ModelClass model_class = ModelClass::saehd;
  SaehdShape shape;
  TrainingRules rules;
};

}  // namespace understudy
