// SPDX-License-Identifier: Apache-2.0
// Parts of the timeline's JSON that its document and its operations share; for this room's .cpp files.
#pragma once

#include <nlohmann/json.hpp>

#include "lib/timeline/timeline.hpp"

namespace understudy::timeline_json {

using nlohmann::json;

json value_json(const std::string& key, const std::string& value);  // 12, 0.5, true, "rct"
// Checked by the setting's row.
Result<std::string> value_from(const std::string& key, const json&);

json values_json(const SettingValues&);
Result<SettingValues> values_from(const json&);

// {"values": {key: value}, "keys": {key: [[frame, value, kind], …]}}; what is empty is left out.
void put_layer(const Layer&, json& into);
Result<Layer> layer_from(const json&);

json shots_json(const std::vector<Shot>&);
Result<Shot> shot_from(const json&);
Result<std::vector<Shot>> shots_from(const json&);  // not yet checked against each other

// The entry, or why there is none of that kind. A missing text is empty.
Result<std::int64_t> integer_at(const json&, const char* key);
Result<std::string> text_at(const json&, const char* key);
Result<KeyKind> kind_from(const json&);

}  // namespace understudy::timeline_json
