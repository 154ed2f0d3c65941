// SPDX-License-Identifier: Apache-2.0
// The options of the model classes, described once (spec networks-and-training.md 8). They are saved in model.json.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "lib/options/describe.hpp"
#include "lib/training/model_spec.hpp"

namespace understudy {

enum class ModelFaceType { h, mf, f, wf, head };
enum class OptimizerChoice { adabelief, rmsprop };
enum class LrDropout { n, y, cpu };
enum class SampleTransfer { none, rct };

template <>
struct Names<ModelFaceType> {
  static constexpr std::array all{"h", "mf", "f", "wf", "head"};
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
  static constexpr std::array all{"none", "rct"};
};

struct SaehdOptions {
  int resolution = 128;
  ModelFaceType face_type = ModelFaceType::f;
  std::string archi = "liae-ud";
  int ae_dims = 256;
  int e_dims = 64;
  int d_dims = 64;
  int d_mask_dims = 22;
  bool masked_training = true;
  bool eyes_mouth_prio = false;
  bool blur_out_mask = false;
  OptimizerChoice optimizer = OptimizerChoice::adabelief;
  LrDropout lr_dropout = LrDropout::n;
  bool random_warp = true;
  bool random_src_flip = false;
  bool random_dst_flip = true;
  double random_hsv_power = 0;
  SampleTransfer ct_mode = SampleTransfer::none;
  bool clipgrad = false;
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
      field("masked-training", &O::masked_training)
          .says("Masked training", "Spend the network's capacity inside the face mask only.")
          .in("Loss"),
      field("eyes-mouth-prio", &O::eyes_mouth_prio)
          .says("Eyes and mouth priority", "Extra weight on eyes and mouth; mends gaze and teeth.")
          .in("Loss"),
      field("blur-out-mask", &O::blur_out_mask)
          .says("Blur out mask", "Blurs what lies outside the face in the training targets.")
          .in("Loss"),
      field("optimizer", &O::optimizer)
          .says("Optimiser", "AdaBelief learns more exactly, RMSprop needs less memory.")
          .in("Optimiser"),
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
      field("random-hsv-power", &O::random_hsv_power)
          .says("Random HSV power", "Random hue, saturation and brightness of src inputs.")
          .range(0, 0.3)
          .in("Samples"),
      field("ct-mode", &O::ct_mode)
          .says("Colour transfer", "Recolours src samples after random dst samples.")
          .in("Samples"),
      field("clipgrad", &O::clipgrad)
          .says("Gradient clipping", "Limits the gradient's norm to 1 against collapse.")
          .in("Optimiser"),
      field("batch-size", &O::batch_size)
          .says("Batch size", "Faces per side and iteration.")
          .range(1, 256)
          .in("Samples"),
  };
}
static_assert(all_described<SaehdOptions>);

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

// A model as its folder describes it: the class and the options of that class.
struct ModelDescription {
  ModelClass model_class = ModelClass::saehd;
  SaehdOptions saehd;
  Quick96Options quick96;
  std::uint64_t seed = 0;

  ModelFaceType face_type() const { return model_class == ModelClass::quick96 ? ModelFaceType::f : saehd.face_type; }
};

std::string_view class_name(ModelClass);  // "saehd", "quick96"
Result<ModelClass> parse_class(std::string_view);
Result<ModelSpec> spec_of(const ModelDescription&);  // checks that the numbers fit together
std::vector<Row> model_rows(ModelDescription&);      // of its class's options
nlohmann::json to_json(const ModelDescription&);
Result<ModelDescription> description_from_json(const nlohmann::json&, std::string_view file);

}  // namespace understudy
