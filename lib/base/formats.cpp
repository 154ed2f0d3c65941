// SPDX-License-Identifier: Apache-2.0
#include "lib/base/formats.hpp"

#include <nlohmann/json.hpp>

namespace understudy {

std::optional<long long> version_in(const nlohmann::json& json, const FileFormat& format) {
  if (!json.is_object() || !json.contains("format") || json["format"] != nlohmann::json(format.name)) return {};
  if (!json.contains("version")) return 0;
  if (!json["version"].is_number_integer()) return {};
  return json["version"].get<long long>();
}

}  // namespace understudy
