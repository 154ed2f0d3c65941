// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "lib/jobs/verb.hpp"

namespace understudy {

// `studio`: serves the page until it is stopped. `schema` gives that of all verbs, `version` is the program's.
Verb studio_verb_over(std::function<nlohmann::json()> schema, std::string version);

}  // namespace understudy
