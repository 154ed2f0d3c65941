// SPDX-License-Identifier: Apache-2.0
// The options of each model class as DeepFaceLab has them, described once (spec networks-and-training.md 8).
#pragma once

#include <string>

#include "lib/options/describe.hpp"

namespace understudy {

enum class ModelFaceType { h, mf, f, wf, head };
enum class AmpFaceType { f, wf, head };
enum class OptimizerChoice { adabelief, rmsprop };
enum class LrDropout { n, y, cpu };
enum class SampleTransfer { none, rct, lct, mkl, idt, sot };

template <>
struct Names<ModelFaceType> {
  static constexpr std::array all{"h", "mf", "f", "wf", "head"};
};
template <>
struct Names<AmpFaceType> {
  static constexpr std::array all{"f", "wf", "head"};
};
template <>
struct Names<OptimizerChoice> {
  static constexpr std::array all{"adabelief", "rmsprop"};
};
template <>
struct Names<LrDropout> {
  static constexpr std::array all{"n", "y", "cpu"};
};
template <>
struct Names<SampleTransfer> {
  static constexpr std::array all{"none", "rct", "lct", "mkl", "idt", "sot"};
};

// What SAEHD and AMP have in common.
struct SharedOptions {
  int ae_dims = 256;
  int e_dims = 64;
  int d_dims = 64;
  int d_mask_dims = 22;
  bool uniform_yaw = false;
  bool blur_out_mask = false;
  bool models_opt_on_gpu = true;
  LrDropout lr_dropout = LrDropout::n;
  bool random_warp = true;
  bool random_src_flip = false;
  bool random_dst_flip = true;
  double gan_power = 0;
  int gan_patch_size = 0;
  int gan_dims = 16;
  SampleTransfer ct_mode = SampleTransfer::none;
  bool clipgrad = false;
};
template <>
constexpr auto describe<SharedOptions>() {
  using O = SharedOptions;
  return std::tuple{
      field("ae-dims", &O::ae_dims)
          .says("Autoencoder dims", "Width of the latent code.")
          .range(16, 1024)
          .may_change(When::creation)
          .in("Network"),
      field("e-dims", &O::e_dims)
          .says("Encoder dims", "Width of the encoder.")
          .range(4, 256, 2)
          .may_change(When::creation)
          .in("Network"),
      field("d-dims", &O::d_dims)
          .says("Decoder dims", "Width of the decoder.")
          .range(4, 256, 2)
          .may_change(When::creation)
          .in("Network"),
      field("d-mask-dims", &O::d_mask_dims)
          .says("Mask decoder dims", "Width of the mask decoder.")
          .range(4, 256, 2)
          .may_change(When::creation)
          .in("Network"),
      field("uniform-yaw", &O::uniform_yaw)
          .says("Uniform yaw", "Draws faces evenly over the head's turn, so that rare profiles are not blurry.")
          .in("Samples"),
      field("blur-out-mask", &O::blur_out_mask)
          .says("Blur out mask", "Blurs what lies outside the face in the training targets.")
          .in("Loss"),
      field("models-opt-on-gpu", &O::models_opt_on_gpu)
          .says("Weights and optimiser on the GPU",
                "Kept with the model for DeepFaceLab, to which it is exported. Here it changes nothing: weights and "
                "optimiser lie where the training computes.")
          .in("Optimiser")
          .advanced(),
      field("lr-dropout", &O::lr_dropout)
          .says("Learning-rate dropout",
                "Updates 30 % of the weights a step, with a cosine; for the last part of a training.")
          .in("Optimiser"),
      field("random-warp", &O::random_warp)
          .says("Random warp",
                "Distorts the inputs so that expressions generalise; off for the last part of a training.")
          .in("Samples"),
      field("random-src-flip", &O::random_src_flip)
          .says("Random src flip", "Mirrors src faces at random.")
          .in("Samples"),
      field("random-dst-flip", &O::random_dst_flip)
          .says("Random dst flip", "Mirrors dst faces at random.")
          .in("Samples"),
      field("gan-power", &O::gan_power)
          .says("GAN power", "Strength of the patch discriminator, for fine detail at the very end; 0: off.")
          .range(0, 5)
          .in("Discriminators"),
      field("gan-patch-size", &O::gan_patch_size)
          .says("GAN patch size",
                "Pixels that the discriminator sees at once; 0: an eighth of the resolution. A change "
                "starts the discriminator anew.")
          .range(0, 640)
          .in("Discriminators"),
      field("gan-dims", &O::gan_dims)
          .says("GAN dims", "Width of the discriminator. A change starts it anew.")
          .range(4, 512)
          .in("Discriminators"),
      field("ct-mode", &O::ct_mode)
          .says("Colour transfer", "Recolours src samples after random dst samples.")
          .in("Samples"),
      field("clipgrad", &O::clipgrad)
          .says("Gradient clipping", "Limits the gradient's norm to 1 against collapse.")
          .in("Optimiser"),
  };
}
static_assert(all_described<SharedOptions>);

struct SaehdOptions {
  int resolution = 128;
  ModelFaceType face_type = ModelFaceType::f;
  std::string archi = "liae-ud";
  bool masked_training = true;
  bool eyes_mouth_prio = false;
  OptimizerChoice optimizer = OptimizerChoice::adabelief;
  double random_hsv_power = 0;
  double true_face_power = 0;
  double face_style_power = 0;
  double bg_style_power = 0;
  bool pretrain = false;
  int batch_size = 4;
};
template <>
constexpr auto describe<SaehdOptions>() {
  using O = SaehdOptions;
  return std::tuple{
      field("resolution", &O::resolution)
          .says("Resolution", "Side of the network's face, in pixels; a multiple of 16, with archi flag d or t of 32.")
          .range(64, 640, 16)
          .may_change(When::creation)
          .in("Network"),
      field("face-type", &O::face_type)
          .says("Face type", "How much of the head is trained: half, mid-full, full, whole face or head.")
          .may_change(When::creation)
          .in("Network"),
      field("archi", &O::archi)
          .says("Architecture",
                "df (keeps the src identity) or liae (adapts to the dst light), with flags u, d, t, c: liae-ud.")
          .may_change(When::creation)
          .in("Network"),
      field("masked-training", &O::masked_training)
          .says("Masked training", "Spend the network's capacity inside the face mask only.")
          .in("Loss"),
      field("eyes-mouth-prio", &O::eyes_mouth_prio)
          .says("Eyes and mouth priority", "Extra weight on eyes and mouth; mends gaze and teeth.")
          .in("Loss"),
      field("optimizer", &O::optimizer)
          .says("Optimiser", "AdaBelief learns more exactly, RMSprop needs less memory.")
          .in("Optimiser"),
      field("random-hsv-power", &O::random_hsv_power)
          .says("Random HSV power", "Random hue, saturation and brightness of src inputs.")
          .range(0, 0.3)
          .in("Samples"),
      field("true-face-power", &O::true_face_power)
          .says("True face power",
                "df only: pushes the codes of src towards dst's, for more of the src identity; 0: off.")
          .range(0, 1)
          .in("Discriminators"),
      field("face-style-power", &O::face_style_power)
          .says("Face style power", "Makes the swapped face take the colours of the dst face; 0: off.")
          .range(0, 100)
          .in("Loss"),
      field("bg-style-power", &O::bg_style_power)
          .says("Background style power", "Makes the surroundings of the swapped face those of dst; 0: off.")
          .range(0, 100)
          .in("Loss"),
      field("pretrain", &O::pretrain)
          .says("Pretraining",
                "Learns faces as such from the pretraining faceset on both sides, with its own fixed rules. "
                "Switching it off starts the inters and the iteration count anew.")
          .in("Run"),
      field("batch-size", &O::batch_size)
          .says("Batch size", "Faces per side and iteration.")
          .range(1, 256)
          .in("Samples"),
  };
}
static_assert(all_described<SaehdOptions>);

struct AmpOptions {
  int resolution = 224;
  AmpFaceType face_type = AmpFaceType::wf;
  int inter_dims = 1024;
  double morph_factor = 0.5;
  int batch_size = 8;
};
template <>
constexpr auto describe<AmpOptions>() {
  using O = AmpOptions;
  return std::tuple{
      field("resolution", &O::resolution)
          .says("Resolution", "Side of the network's face, in pixels; a multiple of 32.")
          .range(64, 640, 32)
          .may_change(When::creation)
          .in("Network"),
      field("face-type", &O::face_type)
          .says("Face type", "How much of the head is trained: full, whole face or head.")
          .may_change(When::creation)
          .in("Network"),
      field("inter-dims", &O::inter_dims)
          .says("Inter dims", "Channels of the code that src and dst are mixed in.")
          .range(16, 2048)
          .may_change(When::creation)
          .in("Network"),
      field("morph-factor", &O::morph_factor)
          .says("Morph factor", "Part of the src channels in training; 0.5 suits most.")
          .range(0.1, 0.5)
          .may_change(When::creation)
          .in("Network"),
      field("batch-size", &O::batch_size)
          .says("Batch size", "Faces per side and iteration.")
          .range(1, 256)
          .in("Samples"),
  };
}
static_assert(all_described<AmpOptions>);

// Quick96 has fixed rules: df-ud 96, batch 4, full face, RMSprop with dropout (spec 8.4).
struct Quick96Options {
  bool random_src_flip = false;
  bool random_dst_flip = false;
};
template <>
constexpr auto describe<Quick96Options>() {
  using O = Quick96Options;
  return std::tuple{
      field("random-src-flip", &O::random_src_flip)
          .says("Random src flip", "Mirrors src faces at random (the original never does).")
          .in("Samples"),
      field("random-dst-flip", &O::random_dst_flip)
          .says("Random dst flip", "Mirrors dst faces at random (the original never does).")
          .in("Samples"),
  };
}
static_assert(all_described<Quick96Options>);

}  // namespace understudy
