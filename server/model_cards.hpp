// SPDX-License-Identifier: Apache-2.0
// Ways to begin a training without knowing its options: what the page shows as cards.
#pragma once

#include <nlohmann/json.hpp>

namespace understudy::studio {

// [{card, verb, options, fields, plan}]: `fields` are the options to be asked for, `plan` those with which it is only
// planned. A test holds that the schema takes each. Their times are those that the schedules take when
// none is given; their networks are those that the pretrained start fits (docs/pretrained-start.md).
nlohmann::json model_cards();

}  // namespace understudy::studio
