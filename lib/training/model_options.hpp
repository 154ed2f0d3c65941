// SPDX-License-Identifier: Apache-2.0
// A model as its folder describes it, and what the trainer makes of that. Saved in model.json.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lib/face/face_type.hpp"
#include "lib/training/class_options.hpp"
#include "lib/training/model_spec.hpp"
#include "lib/training/steering_options.hpp"

namespace understudy {

// The class and the options; only those of its class count.
struct ModelDescription {
  ModelClass model_class = ModelClass::saehd;
  SaehdOptions saehd;
  AmpOptions amp;
  SharedOptions shared;  // SAEHD and AMP
  Quick96Options quick96;
  SteeringOptions steering;
  std::uint64_t seed = 0;

  ModelFaceType face_type() const;
  bool quick() const { return model_class == ModelClass::quick96; }
};

FaceType face_type_of(ModelFaceType);
std::string_view class_name(ModelClass);  // "saehd", "amp", "quick96"
Result<ModelClass> parse_class(std::string_view);
Result<ModelSpec> spec_of(const ModelDescription&);  // checks that the numbers fit together
std::vector<Row> model_rows(ModelDescription&);      // of its class's options
nlohmann::json to_json(const ModelDescription&);
Result<ModelDescription> description_from_json(const nlohmann::json&, std::string_view file);

}  // namespace understudy
