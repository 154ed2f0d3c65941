// SPDX-License-Identifier: Apache-2.0
#include "lib/jobs/schema.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/base/formats.hpp"
#include "lib/base/text.hpp"
#include "lib/options/options.hpp"

namespace understudy {
namespace {

using nlohmann::json;

constexpr std::string_view help_of(Code code) {
  switch (code) {
    case Code::bad_option:
      return "It was called wrongly.";
    case Code::not_found:
      return "A file or folder is not there.";
    case Code::bad_file:
      return "A file is damaged, or not what it should be.";
    case Code::newer_version:
      return "A file was written by a newer understudy.";
    case Code::no_faces:
      return "There is no face to work on.";
    case Code::busy:
      return "Another job works there.";
    case Code::cancelled:
      return "It was stopped on request; the same command goes on.";
    case Code::out_of_memory:
      return "There is not enough memory.";
    case Code::device:
      return "The processor, the GPU or the numbers on it failed.";
    case Code::io:
      return "A disk or a stream failed.";
    case Code::external:
      return "A library that is used failed.";
    case Code::internal:
      return "A mistake in understudy.";
  }
  return "";
}

json positional_schema(const Positional& p) {
  return {{"name", p.name}, {"help", p.help}, {"choices", p.choices}, {"required", p.required}};
}

json verb_schema(const Verb& verb) {
  const Task task = verb.prepare();
  json positionals = json::array(), examples = json::array();
  for (const auto& p : verb.positionals) positionals.push_back(positional_schema(p));
  for (const auto& line : split(verb.examples, '\n')) {
    if (const auto start = line.find_first_not_of(' '); start != std::string::npos)
      examples.push_back(line.substr(start));
  }
  std::vector<std::string> commands{std::string(command_kinds().front().name)};
  commands.insert(commands.end(), verb.commands.begin(), verb.commands.end());
  return {{"name", verb.name},
          {"summary", verb.summary},
          {"examples", std::move(examples)},
          {"positionals", std::move(positionals)},
          {"options", options_schema(task.rows)},
          {"commands", std::move(commands)},
          {"keeps_log", verb.keeps_log}};
}

json event_schema(const EventKind& kind) {
  json fields = json::array();
  for (const auto& f : kind.fields)
    fields.push_back({{"name", f.name}, {"type", f.type}, {"help", f.help}, {"optional", f.optional}});
  return {{"name", kind.name}, {"help", kind.help}, {"fields", std::move(fields)}};
}

// Whether a list of objects lies in it: such values are spread over lines.
bool is_long(const json& j) {
  if (j.is_array() && std::any_of(j.begin(), j.end(), [](const json& e) { return e.is_object(); })) return true;
  return j.is_structured() && std::any_of(j.begin(), j.end(), is_long);
}

void lay_out(const json& j, const std::string& indent, std::string& text) {
  if (!is_long(j)) {
    text += j.dump();
    return;
  }
  const std::string inner = indent + " ";
  text += j.is_array() ? "[\n" : "{\n";
  std::size_t left = j.size();
  for (auto it = j.begin(); it != j.end(); ++it) {
    text += inner;
    if (j.is_object()) text += json(it.key()).dump() + ": ";
    lay_out(*it, inner, text);
    text += --left > 0 ? ",\n" : "\n";
  }
  text += indent + (j.is_array() ? "]" : "}");
}

}  // namespace

json schema_of(std::span<const Verb> verbs) {
  json schema{{"format", formats::schema.name}, {"version", formats::schema.version}};
  for (const auto& format : formats::all)
    schema["files"].push_back({{"format", format.name}, {"version", format.version}});
  for (const char* list : {"verbs", "events", "commands", "errors"}) schema[list] = json::array();
  for (const auto& verb : verbs) schema["verbs"].push_back(verb_schema(verb));
  for (const auto& kind : event_kinds()) schema["events"].push_back(event_schema(kind));
  for (const auto& kind : command_kinds())
    schema["commands"].push_back({{"name", kind.name}, {"help", kind.help}, {"has_value", kind.has_value}});
  for (int i = 0; i <= static_cast<int>(Code::internal); ++i) {
    const Code code = static_cast<Code>(i);
    schema["errors"].push_back(
        {{"code", code_name(code)}, {"exit_status", exit_status(code)}, {"help", help_of(code)}});
  }
  return schema;
}

std::string schema_text(const json& schema) {
  std::string text;
  lay_out(schema, "", text);
  return text + "\n";
}

}  // namespace understudy
