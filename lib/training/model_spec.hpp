// SPDX-License-Identifier: Apache-2.0
// What a model is and how it is trained, as the trainer needs it; made from the described options (model_options.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/nets/archi.hpp"
#include "lib/training/steering_options.hpp"

namespace understudy {

enum class ModelClass { saehd, amp, quick96 };

struct TrainingRules {
  bool masked = true;          // reconstruction only inside the face
  bool eyes_mouth = false;     // extra weight on eyes and mouth
  bool blur_out_mask = false;  // targets' background blurred
  bool random_warp = true;     // off also freezes liae's inter_AB (spec 4.7)
  bool rmsprop = false;        // else AdaBelief
  bool lr_dropout = false;     // with a cosine of 500 steps (SAEHD, AMP) or none (Quick96)
  double clip_norm = 0;        // 0 = off
  double gan_power = 0;
  int gan_patch_size = 16;
  int gan_dims = 16;
  double true_face_power = 0;  // df only
  double face_style_power = 0, bg_style_power = 0;
  bool pretrain = false;
  double morph_factor = 0.5;  // AMP
  int batch_size = 4;
  std::uint64_t seed = 0;  // initial weights, dropout masks, AMP's channel masks

  // Beyond the original (steering_options.hpp).
  double lr = 5e-5;
  double encoder_lr = 1;  // of encoder and inters, as a part of lr
  int warm_up = 0;
  int lr_decay = 0;  // iterations of the cosine schedule; 0 = none
  double ema = 0;
  bool mean_gradient = false;
  StructureLoss structure = StructureLoss::original;
  bool mended = false;
  bool area_normalised = false;
  double expression_power = 0;
  int dst_every = 1;  // batches between those that dst is in too
  double edge_power = 0, background_power = 0;
  int micro_batches = 1;
  bool checkpointing = false;
  bool winograd = false;  // in fp32 on the processor: lib/winograd
  bool train_inters = false;
  bool fresh_fakes = false;         // discriminators see a new forward pass, as in the original (spec 4.8)
  std::vector<std::string> frozen;  // names of parts
};

struct ModelSpec {
  ModelClass model_class = ModelClass::saehd;
  SaehdShape shape;       // AMP: archi "udt" with its own inters
  int inter_dims = 1024;  // AMP
  TrainingRules rules;

  bool quick() const { return model_class == ModelClass::quick96; }
  bool amp() const { return model_class == ModelClass::amp; }
};

}  // namespace understudy
