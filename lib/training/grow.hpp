// SPDX-License-Identifier: Apache-2.0
// A trained model at a higher resolution or with a wider face type. Convolutions do not know how large the picture is;
// only the inter's two dense layers do: their weights are a map over the crop, and are resampled as one.
#pragma once

#include <string>

#include "lib/tensor/tensor.hpp"
#include "lib/training/model_options.hpp"

namespace understudy {

// What lies at (0.5 + x, 0.5 + y) of the new crop lies at (0.5 + zoom x, 0.5 + zoom y + shift) of the old one; the unit
// is a crop's side, y points down.
struct CropMap {
  double zoom = 1, shift = 0;
};
// Between the crops of two face types (spec pipeline.md 1.3); head's shift by yaw is left out.
CropMap crop_map(ModelFaceType from, ModelFaceType to);

// Whether `to` is `from` but for resolution and face type, and one of these differs.
bool is_growth(const ModelDescription& from, const ModelDescription& to);

// The tensor as the larger model has it: "…/dense1/weight", "…/dense2/weight" and "…/dense2/bias" resampled bilinearly,
// others unchanged. `from` and `to` are an is_growth pair.
Tensor grown(const std::string& name, const Tensor&, const ModelSpec& from, const ModelSpec& to, const CropMap&);

}  // namespace understudy
