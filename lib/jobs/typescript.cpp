// SPDX-License-Identifier: Apache-2.0
// The schema as types: what a program in TypeScript may start, send and will read.
#include <nlohmann/json.hpp>

#include "lib/base/text.hpp"
#include "lib/jobs/schema.hpp"

namespace understudy {
namespace {

using nlohmann::json;

std::string plain(const json& j) { return j.get<std::string>(); }

// "frames extract" → "FramesExtract"
std::string type_name(std::string_view words) {
  std::string name;
  bool large = true;
  for (const char c : words) {
    if (c == ' ' || c == '-')
      large = true;
    else
      name += std::exchange(large, false) && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string comment(std::string text, const char* indent) {
  if (text.empty()) return {};
  for (std::size_t at = 0; (at = text.find("*/", at)) != std::string::npos;) text.replace(at, 2, "* /");
  return fmt::format("{}/** {} */\n", indent, text);
}

// "a" | "b"; `never` for none.
std::string union_of(const json& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : " | ") + name.dump();
  return text.empty() ? "never" : text;
}

json names_of(const json& list, const char* key) {
  json names = json::array();
  for (const auto& item : list) names.push_back(item[key]);
  return names;
}

std::string option_type(const json& option) {
  const auto kind = plain(option["kind"]);
  if (option.contains("choices")) return union_of(option["choices"]);
  if (kind == "boolean") return "boolean";
  return kind == "integer" || kind == "number" ? "number" : "string";
}

std::string option_comment(const json& option) {
  std::string text = plain(option["help"]);
  if (option.contains("min") || option.contains("max")) {
    const auto bound = [&](const char* key) {
      return option.contains(key) ? fmt::format("{:.10g}", option[key].get<double>()) : std::string("…");
    };
    text += fmt::format(" Range: {} to {}.", bound("min"), bound("max"));
  }
  return text + fmt::format(" Default: {}. Changes at: {}.", option["default"].dump(), plain(option["when"]));
}

std::string options_type(const json& verb) {
  std::string text = comment(plain(verb["summary"]) + ".", "");
  text += fmt::format("export interface {}Options {{\n", type_name(plain(verb["name"])));
  for (const auto& option : verb["options"])
    text +=
        comment(option_comment(option), "  ") + fmt::format("  {}?: {};\n", option["key"].dump(), option_type(option));
  return text + "}\n\n";
}

std::string verb_type(const json& verb) {
  std::string positionals;
  for (const auto& p : verb["positionals"]) {
    positionals +=
        fmt::format("{} {}{}: {};", positionals.empty() ? "" : " ", p["name"].dump(),
                    p["required"].get<bool>() ? "" : "?", p["choices"].empty() ? "string" : union_of(p["choices"]));
  }
  return fmt::format("  {}: {{\n    positionals: {{{} }};\n    options: {}Options;\n    commands: {};\n  }};\n",
                     verb["name"].dump(), positionals, type_name(plain(verb["name"])), union_of(verb["commands"]));
}

std::string event_type(const json& event) {
  std::string text = comment(plain(event["help"]), "");
  text += fmt::format("export interface {}Event extends EventBase {{\n  event: {};\n", type_name(plain(event["name"])),
                      event["name"].dump());
  for (const auto& field : event["fields"]) {
    text += comment(plain(field["help"]), "  ") + fmt::format("  {}{}: {};\n", plain(field["name"]),
                                                              field["optional"].get<bool>() ? "?" : "",
                                                              plain(field["type"]));
  }
  return text + "}\n\n";
}

std::string command_type(const json& command) {
  return comment(plain(command["help"]), "") +
         fmt::format("export interface {}Command {{\n  id: RequestId;\n  command: {};\n{}}}\n\n",
                     type_name(plain(command["name"])), command["name"].dump(),
                     command["has_value"].get<bool>() ? "  key: string;\n  value: string | number | boolean;\n" : "");
}

std::string union_of_types(const char* name, const json& list, const char* ending) {
  std::string text = fmt::format("export type {} =", name);
  for (const auto& item : list) text += fmt::format("\n  | {}{}", type_name(plain(item["name"])), ending);
  return text + ";\n\n";
}

}  // namespace

std::string typescript_of(const json& schema) {
  std::string text = "// Written by `understudy schema --typescript`; a test compares the two.\n\n";
  text += comment("The id of a request, that its answer carries.", "") +
          "export type RequestId = string | number | null;\n\n";
  text += fmt::format("export type VerbName = {};\n\n", union_of(names_of(schema["verbs"], "name")));
  text += fmt::format("export type ErrorCode = {};\n\n", union_of(names_of(schema["errors"], "code")));
  text +=
      comment("What all lines of a job's standard output have: `id` counts from 0, `time` is in seconds since 1970.",
              "") +
      "export interface EventBase {\n  id: number;\n  time: number;\n}\n\n";
  for (const auto& event : schema["events"]) text += event_type(event);
  text += union_of_types("JobEvent", schema["events"], "Event");
  for (const auto& command : schema["commands"]) text += command_type(command);
  text += union_of_types("JobCommand", schema["commands"], "Command");
  for (const auto& verb : schema["verbs"]) text += options_type(verb);
  text += "export interface Verbs {\n";
  for (const auto& verb : schema["verbs"]) text += verb_type(verb);
  return text + "}\n";
}

}  // namespace understudy
