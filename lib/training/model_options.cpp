// SPDX-License-Identifier: Apache-2.0
#include "lib/training/model_options.hpp"

#include <nlohmann/json.hpp>

#include "lib/options/options.hpp"

namespace understudy {

using nlohmann::json;

std::string_view class_name(ModelClass model_class) { return model_class == ModelClass::quick96 ? "quick96" : "saehd"; }

Result<ModelClass> parse_class(std::string_view text) {
  if (text == "saehd") return ModelClass::saehd;
  if (text == "quick96") return ModelClass::quick96;
  return fail_with_hint(Code::bad_option, fmt::format("There is no model class '{}'", text), "Use saehd or quick96.");
}

Result<ModelSpec> spec_of(const ModelDescription& model) {
  ModelSpec spec;
  spec.model_class = model.model_class;
  spec.rules.seed = model.seed;
  if (model.model_class == ModelClass::quick96) {
    spec.shape = quick96_shape();
    return spec;
  }
  const auto& o = model.saehd;
  TRY(spec.shape.archi, parse_archi(o.archi));
  spec.shape.resolution = o.resolution;
  spec.shape.ae_dims = o.ae_dims;
  spec.shape.e_dims = o.e_dims;
  spec.shape.d_dims = o.d_dims;
  spec.shape.d_mask_dims = o.d_mask_dims;
  TRY_VOID(check_shape(spec.shape));
  // Only whole face and head may train unmasked (spec 8.2): the others keep the mask.
  const bool may_be_unmasked = o.face_type == ModelFaceType::wf || o.face_type == ModelFaceType::head;
  spec.rules.masked = o.masked_training || !may_be_unmasked;
  spec.rules.eyes_mouth = o.eyes_mouth_prio;
  spec.rules.blur_out_mask = o.blur_out_mask;
  spec.rules.random_warp = o.random_warp;
  spec.rules.rmsprop = o.optimizer == OptimizerChoice::rmsprop;
  spec.rules.lr_dropout = o.lr_dropout != LrDropout::n;
  spec.rules.clip_norm = o.clipgrad ? 1.0 : 0.0;
  spec.rules.batch_size = o.batch_size;
  return spec;
}

std::vector<Row> model_rows(ModelDescription& model) {
  return model.model_class == ModelClass::quick96 ? rows_of(model.quick96) : rows_of(model.saehd);
}

json to_json(const ModelDescription& model) {
  ModelDescription copy = model;
  return {{"format", "understudy.model"},
          {"version", 1},
          {"class", class_name(model.model_class)},
          {"seed", model.seed},
          {"options", options_to_json(model_rows(copy))}};
}

Result<ModelDescription> description_from_json(const json& j, std::string_view file) {
  if (!j.is_object() || j.value("format", json()) != "understudy.model")
    return fail(Code::bad_file, "{} describes no understudy model", file);
  if (!j.contains("version") || !j["version"].is_number_integer() || j["version"].get<long long>() > 1) {
    return fail_with_hint(Code::newer_version, fmt::format("{} was written by a newer understudy", file),
                          "Update understudy.");
  }
  if (!j.contains("class") || !j["class"].is_string() || !j.contains("options"))
    return fail(Code::bad_file, "{} names no model class or options", file);
  ModelDescription model;
  TRY(model.model_class, parse_class(j["class"].get<std::string>()));
  if (j.contains("seed") && j["seed"].is_number_unsigned()) model.seed = j["seed"].get<std::uint64_t>();
  auto rows = model_rows(model);
  if (auto read = options_from_json(rows, j["options"]); !read)
    return during(read.error(), fmt::format("reading {}", file));
  return model;
}

}  // namespace understudy
