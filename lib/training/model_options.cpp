// SPDX-License-Identifier: Apache-2.0
#include "lib/training/model_options.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/formats.hpp"
#include "lib/base/text.hpp"
#include "lib/options/options.hpp"

namespace understudy {

using nlohmann::json;

namespace {

constexpr std::array class_names{"saehd", "amp", "quick96"};
constexpr std::array start_names{"", "none", "pretrained"};  // in model.json, where it is settled

std::vector<std::string> parts_of(const ModelSpec& spec) {
  if (spec.model_class == ModelClass::amp) return {"encoder", "inter_src", "inter_dst", "decoder"};
  if (spec.shape.archi.liae) return {"encoder", "inter_AB", "inter_B", "decoder"};
  return {"encoder", "inter", "decoder_src", "decoder_dst"};
}

Result<> set_frozen(const std::string& list, ModelSpec& spec) {
  const auto parts = parts_of(spec);
  for (auto& name : split(list, ',')) {
    if (name.empty()) continue;
    if (std::ranges::find(parts, name) == parts.end()) {
      return fail_with_hint(Code::bad_option, fmt::format("There is no part '{}' to freeze", name),
                            fmt::format("This model has {}.", fmt::join(parts, ", ")));
    }
    spec.rules.frozen.push_back(std::move(name));
  }
  return {};
}

void take_shared(const SharedOptions& o, ModelSpec& spec) {
  auto& r = spec.rules;
  spec.shape.ae_dims = o.ae_dims;
  spec.shape.e_dims = o.e_dims;
  spec.shape.d_dims = o.d_dims;
  spec.shape.d_mask_dims = o.d_mask_dims;
  r.blur_out_mask = o.blur_out_mask;
  r.random_warp = o.random_warp;
  r.lr_dropout = o.lr_dropout != LrDropout::n;
  r.clip_norm = o.clipgrad ? 1.0 : 0.0;
  r.gan_power = o.gan_power;
  r.gan_patch_size = o.gan_patch_size > 0 ? o.gan_patch_size : spec.shape.resolution / 8;
  r.gan_dims = o.gan_dims;
}

// Pretraining has its own fixed rules (spec 4.9). The true-face term stays off: its discriminator does not learn then
// (spec 9, no. 13), so it would be noise.
void take_pretrain(TrainingRules& r) {
  r.pretrain = true;
  r.random_warp = r.lr_dropout = false;
  r.gan_power = r.true_face_power = r.face_style_power = r.bg_style_power = 0;
}

void take_steering(const SteeringOptions& o, TrainingRules& r, bool quick) {
  r.lr = o.lr > 0 ? o.lr : quick ? 2e-4 : 5e-5;  // spec 4.7
  r.encoder_lr = o.encoder_lr;
  r.expression_power = o.expression_power;
  r.dst_every = o.dst_every;
  r.warm_up = o.warm_up;
  r.lr_decay = o.lr_schedule == LrSchedule::cosine ? o.lr_decay : 0;
  r.ema = o.ema;
  r.mean_gradient = o.mean_gradient;
  r.structure = o.structure_loss;
  r.mended = o.mended_losses;
  r.area_normalised = o.area_normalised;
  r.edge_power = o.edge_power;
  r.background_power = o.background_power;
  r.micro_batches = o.micro_batches;
  r.checkpointing = o.checkpointing;
  r.winograd = o.winograd;
  r.train_inters = o.train_inters;
  r.fresh_fakes = o.fresh_fakes;
}

// Whether what is learned from src needs a dst face beside it, in each iteration.
bool needs_dst(const ModelSpec& spec, const SteeringOptions& steering) {
  const auto& r = spec.rules;
  return spec.amp() || r.pretrain || r.true_face_power > 0 || r.face_style_power > 0 || r.bg_style_power > 0 ||
         r.expression_power > 0 || steering.retrain_worst > 0;
}

Result<> take_saehd(const SaehdOptions& o, ModelSpec& spec) {
  TRY(spec.shape.archi, parse_archi(o.archi));
  TRY_VOID(check_shape(spec.shape));
  auto& r = spec.rules;
  // Only whole face and head may train unmasked (spec 8.2): the others keep the mask.
  const bool may_be_unmasked = o.face_type == ModelFaceType::wf || o.face_type == ModelFaceType::head;
  r.masked = o.masked_training || !may_be_unmasked;
  r.eyes_mouth = o.eyes_mouth_prio;
  r.rmsprop = o.optimizer == OptimizerChoice::rmsprop;
  r.true_face_power = spec.shape.archi.liae ? 0 : o.true_face_power;
  r.face_style_power = o.face_style_power / 100;
  r.bg_style_power = o.bg_style_power / 100;
  if (o.pretrain) take_pretrain(r);
  r.batch_size = o.batch_size;
  return {};
}

Result<> take_amp(const AmpOptions& o, ModelSpec& spec) {
  if (o.resolution % 32 != 0)
    return fail(Code::bad_option, "An AMP model's resolution must be a multiple of 32; {} is not", o.resolution);
  // AMP is like "udt" with its own inters (spec 1.2).
  spec.shape.archi = Archi{false, true, true, true, false};
  spec.inter_dims = o.inter_dims;
  spec.rules.morph_factor = o.morph_factor;
  spec.rules.masked = spec.rules.eyes_mouth = true;  // always (spec 4.5)
  spec.rules.batch_size = o.batch_size;
  return {};
}

}  // namespace

FaceType face_type_of(ModelFaceType type) {
  return *face_type_from_key(Names<ModelFaceType>::all[static_cast<std::size_t>(type)]);
}

std::string_view class_name(ModelClass model_class) { return class_names.at(static_cast<std::size_t>(model_class)); }

Result<ModelClass> parse_class(std::string_view text) {
  for (std::size_t i = 0; i < class_names.size(); ++i) {
    if (text == class_names[i]) return static_cast<ModelClass>(i);
  }
  return fail_with_hint(Code::bad_option, fmt::format("There is no model class '{}'", text),
                        "Use saehd, amp or quick96.");
}

ModelFaceType ModelDescription::face_type() const {
  if (quick()) return ModelFaceType::f;
  if (model_class == ModelClass::saehd) return saehd.face_type;
  return amp.face_type == AmpFaceType::f    ? ModelFaceType::f
         : amp.face_type == AmpFaceType::wf ? ModelFaceType::wf
                                            : ModelFaceType::head;
}

Result<ModelSpec> spec_of(const ModelDescription& model) {
  ModelSpec spec;
  spec.model_class = model.model_class;
  spec.rules.seed = model.seed;
  if (model.quick()) {
    spec.shape = quick96_shape();
    spec.rules.rmsprop = spec.rules.lr_dropout = true;
  } else {
    spec.shape.resolution = model.model_class == ModelClass::amp ? model.amp.resolution : model.saehd.resolution;
    take_shared(model.shared, spec);
    TRY_VOID(model.model_class == ModelClass::amp ? take_amp(model.amp, spec) : take_saehd(model.saehd, spec));
  }
  take_steering(model.steering, spec.rules, model.quick());
  if (spec.amp() || spec.rules.pretrain) spec.rules.expression_power = 0;  // no code that both share; no swap
  if (needs_dst(spec, model.steering)) spec.rules.dst_every = 1;
  if (spec.rules.gan_power > 0) {
    TRY_VOID(check_patch(spec.shape.resolution, spec.rules.gan_patch_size));
  }
  TRY_VOID(set_frozen(model.steering.freeze, spec));
  return spec;
}

std::vector<Row> model_rows(ModelDescription& model) {
  std::vector<Row> rows;
  auto add = [&](std::vector<Row> more) { std::ranges::move(more, std::back_inserter(rows)); };
  if (model.model_class == ModelClass::quick96) add(rows_of(model.quick96));
  if (model.model_class == ModelClass::saehd) add(rows_of(model.saehd));
  if (model.model_class == ModelClass::amp) add(rows_of(model.amp));
  if (!model.quick()) add(rows_of(model.shared));
  add(rows_of(model.steering));
  return rows;
}

json to_json(const ModelDescription& model) {
  ModelDescription copy = model;
  json j{{"format", formats::model.name},
         {"version", formats::model.version},
         {"class", class_name(model.model_class)},
         {"seed", model.seed},
         {"options", options_to_json(model_rows(copy))}};
  if (model.start != ModelStart::unsettled) j["start"] = start_names.at(static_cast<std::size_t>(model.start));
  if (model.fp32) j["precision"] = "fp32";
  return j;
}

Result<ModelDescription> description_from_json(const json& j, std::string_view file) {
  if (!j.is_object() || !j.contains("format") || j["format"] != json(formats::model.name))
    return fail(Code::bad_file, "{} describes no understudy model", file);
  if (!j.contains("version") || !j["version"].is_number_integer() ||
      j["version"].get<long long>() > formats::model.version) {
    return fail_with_hint(Code::newer_version, fmt::format("{} was written by a newer understudy", file),
                          "Update understudy.");
  }
  if (!j.contains("class") || !j["class"].is_string() || !j.contains("options"))
    return fail(Code::bad_file, "{} names no model class or options", file);
  ModelDescription model;
  TRY(model.model_class, parse_class(j["class"].get<std::string>()));
  if (j.contains("seed") && j["seed"].is_number_unsigned()) model.seed = j["seed"].get<std::uint64_t>();
  // Neither was kept at first.
  for (std::size_t i = 1; i < start_names.size(); ++i) {
    if (j.contains("start") && j["start"] == json(start_names[i])) model.start = static_cast<ModelStart>(i);
  }
  model.fp32 = j.contains("precision") && j["precision"] == json("fp32");
  auto rows = model_rows(model);
  if (auto read = options_from_json(rows, j["options"]); !read)
    return during(read.error(), fmt::format("reading {}", file));
  return model;
}

}  // namespace understudy
