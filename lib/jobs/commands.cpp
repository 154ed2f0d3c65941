// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/commands.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/options/options.hpp"

namespace understudy {
namespace {

using nlohmann::json;

constexpr std::array kinds{
    CommandKind{"stop", "Finish the item, save, end with the error cancelled."},
    CommandKind{"save", "Save a generation of the model now."},
    CommandKind{"backup", "Save, and keep that in backups/01."},
    CommandKind{"preview", "Draw the previews now."},
    CommandKind{"next-preview", "Show the next of them in preview.png."},
    CommandKind{"loss-range", "Draw the loss graph over another range."},
    CommandKind{"pause", "Stand still between two iterations."},
    CommandKind{"resume", "Go on after a pause."},
    CommandKind{"set", "Change a live option: key and value as on the command line.", true},
};

// Text as it is; numbers and booleans as they are written on a command line.
std::string text_of(const json& j, const char* key) {
  const auto it = j.find(key);
  if (it == j.end() || it->is_structured() || it->is_null()) return {};
  return it->is_string() ? it->get<std::string>() : it->dump();
}

}  // namespace

std::span<const CommandKind> command_kinds() { return kinds; }

Result<> read_command(std::string_view line, Command& command) {
  command = {};
  command.id = "null";
  const json j = parse_json(line);
  if (!j.is_object()) return fail(Code::bad_option, "A request is one JSON object on one line");
  const auto id = j.find("id");
  if (id != j.end() && (id->is_string() || id->is_number_integer()))
    command.id = id->dump();
  else if (id != j.end())
    return fail(Code::bad_option, "A request's id is a text or a whole number");
  command.name = text_of(j, "command");
  command.key = text_of(j, "key");
  command.value = text_of(j, "value");
  std::vector<std::string> names;
  for (const auto& kind : kinds) names.emplace_back(kind.name);
  if (std::ranges::find(names, command.name) != names.end()) return {};
  return fail_with_hint(Code::bad_option, fmt::format("There is no command '{}'", command.name),
                        did_you_mean(command.name, names));
}

Result<> set_live(std::span<Row> rows, const std::string& key, const std::string& value) {
  const auto row = std::ranges::find(rows, key, &Row::key);
  if (row != rows.end() && row->when != When::live)
    return fail(Code::bad_option, "The option '{}' cannot change while the job runs", key);
  return set_option(rows, key, value);
}

}  // namespace understudy
