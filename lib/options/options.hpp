// SPDX-License-Identifier: Apache-2.0
// What is done with described rows: set by name, JSON in and out, schema for forms, what differs from the defaults.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "lib/options/describe.hpp"

namespace CLI {
class App;
}

namespace understudy {

// Sets one option by its key; an unknown key is an error that names the nearest one.
Result<> set_option(std::span<Row>, std::string_view key, std::string_view text);

// {"image-size": 512, …} in the options' own types.
nlohmann::json options_to_json(std::span<const Row>);
// The same of those that differ from their defaults.
nlohmann::json changed_options_to_json(std::span<const Row>);
// Unknown keys and wrong types are errors; keys that are absent keep their value. Sets `given`.
Result<> options_from_json(std::span<Row>, const nlohmann::json&);
// The rows as a form draws them: [{key, label, help, group, kind, default, min, max, step, choices, when, advanced}]
nlohmann::json options_schema(std::span<const Row>);
// Such rows again, to be shown: they take any value, and keep none.
std::vector<Row> rows_of_schema(const nlohmann::json&);
// What differs from the defaults, as a pasteable piece of command line: "--image-size 256 --no-masked-training"
std::string diff_from_default(std::span<const Row>);
// A Markdown table of the rows for the documentation.
std::string options_markdown(std::span<const Row>);

// Adds one flag per row to a command ("--key VALUE", booleans "--key" / "--no-key"). Values are checked by the row when
// parsed: the first refusal is kept in `error` and reported by the caller. The rows must outlive the app.
void add_to_cli(CLI::App&, std::span<Row>, Result<>& error);

}  // namespace understudy
