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

// What a model begins with of which nothing was saved yet. Models from before this was kept say nothing.
enum class ModelStart { unsettled, none, pretrained };

// The class and the options; only those of its class count.
struct ModelDescription {
  ModelClass model_class = ModelClass::saehd;
  SaehdOptions saehd;
  AmpOptions amp;
  SharedOptions shared;  // SAEHD and AMP
  Quick96Options quick96;
  SteeringOptions steering;
  std::uint64_t seed = 0;
  ModelStart start = ModelStart::unsettled;
  bool fp32 = false;  // trains in fp32 where no precision is asked for: of the compatible preset

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
