// SPDX-License-Identifier: Apache-2.0
// Named sets of option values for new models. Every value that a user gives goes before the preset's.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "lib/training/model_options.hpp"

namespace understudy {

// compatible: trains as DeepFaceLab does. recommended: with what was measured to help (docs/5-train.md).
enum class Preset { recommended, compatible };
template <>
struct Names<Preset> {
  static constexpr std::array all{"recommended", "compatible"};
};

// Option keys with the values that the preset sets where the compatible default differs.
std::span<const std::pair<std::string_view, std::string_view>> preset_values(Preset);
// Sets them, but for the keys that `given` rows say were given by the user. Keys that the class lacks are left out.
Result<> apply_preset(Preset, ModelDescription&, std::span<const Row> given);

}  // namespace understudy
