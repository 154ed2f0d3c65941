// SPDX-License-Identifier: Apache-2.0
#include "lib/training/presets.hpp"

#include <algorithm>
#include <array>

namespace understudy {

std::span<const std::pair<std::string_view, std::string_view>> preset_values(Preset preset) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> recommended{{
      {"random-move", "0.2"},
      {"ema", "0.999"},
      {"warm-up", "100"},
      {"winograd", "true"},
      {"by-worth", "true"},
  }};
  if (preset == Preset::compatible) return {};
  return recommended;
}

Result<> apply_preset(Preset preset, ModelDescription& model, std::span<const Row> given) {
  auto rows = model_rows(model);
  for (const auto& [key, value] : preset_values(preset)) {
    const auto of_key = [&](const Row& row) { return row.key == key; };
    if (const auto own = std::ranges::find_if(given, of_key); own != given.end() && own->given) continue;
    if (const auto row = std::ranges::find_if(rows, of_key); row != rows.end()) {
      TRY_VOID(row->set(value));
    }
  }
  return {};
}

}  // namespace understudy
