// SPDX-License-Identifier: Apache-2.0
// The table of verbs, the events, the commands and the error codes, as data for programs that start jobs and read them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "lib/jobs/verb.hpp"

namespace understudy {

// {"format": "understudy.schema", "version": 1,
//  "verbs": [{name, summary, examples, positionals: [{name, help, choices, required}], options: as options_schema(),
//             commands: [names, "stop" among them], keeps_log}],
//  "events": [{name, help, fields: [{name, type, help, optional}]}], "commands": [{name, help, has_value}],
//  "errors": [{code, exit_status, help}], "files": [{format, version}] that are written now (lib/base/formats.hpp)}
nlohmann::json schema_of(std::span<const Verb>);
// The same as text that is laid out for reading and comparing: a line an option, a field, a code.
std::string schema_text(const nlohmann::json& schema);
// The same as TypeScript types.
std::string typescript_of(const nlohmann::json& schema);

}  // namespace understudy
