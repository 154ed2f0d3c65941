// SPDX-License-Identifier: Apache-2.0
#include "lib/options/options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"

namespace understudy {
namespace detail {

static std::string range_text(std::optional<double> lo, std::optional<double> hi) {
  if (lo && hi) return fmt::format("{} to {}", number_text(*lo), number_text(*hi));
  if (lo) return fmt::format("at least {}", number_text(*lo));
  if (hi) return fmt::format("at most {}", number_text(*hi));
  return "any number";
}

std::string number_text(double value) { return fmt::format("{:.10g}", value); }

Result<bool> parse_bool(std::string_view key, std::string_view text) {
  const auto t = lower_case(text);
  if (t == "true" || t == "yes" || t == "y" || t == "1" || t == "on") return true;
  if (t == "false" || t == "no" || t == "n" || t == "0" || t == "off") return false;
  return fail(Code::bad_option, "Option '{}' is yes or no, not '{}'", key, text);
}

Result<long long> parse_integer(std::string_view key, std::string_view text, std::optional<double> lo,
                                std::optional<double> hi) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(Code::bad_option, "Option '{}' is a whole number, not '{}'", key, text);
  }
  if ((lo && static_cast<double>(value) < *lo) || (hi && static_cast<double>(value) > *hi)) {
    return fail(Code::bad_option, "Option '{}' is {}, outside its range: {}", key, value, range_text(lo, hi));
  }
  return value;
}

Result<double> parse_number(std::string_view key, std::string_view text, std::optional<double> lo,
                            std::optional<double> hi) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return fail(Code::bad_option, "Option '{}' is a number, not '{}'", key, text);
  }
  if ((lo && value < *lo) || (hi && value > *hi)) {
    return fail(Code::bad_option, "Option '{}' is {}, outside its range: {}", key, text, range_text(lo, hi));
  }
  return value;
}

Result<std::size_t> parse_choice(std::string_view key, std::string_view text, const std::vector<std::string>& choices) {
  const auto wanted = lower_case(text);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (choices[i] == wanted) return i;
  }
  return fail(Code::bad_option, "Option '{}' is one of {}, not '{}'", key, fmt::join(choices, ", "), text);
}

}  // namespace detail

using nlohmann::json;

static std::vector<std::string> keys_of(std::span<const Row> rows) {
  std::vector<std::string> keys;
  for (const auto& row : rows) keys.push_back(row.key);
  return keys;
}

Result<> set_option(std::span<Row> rows, std::string_view key, std::string_view text) {
  for (auto& row : rows) {
    if (row.key != key) continue;
    TRY_VOID(row.set(text));
    row.given = true;
    return {};
  }
  return fail_with_hint(Code::bad_option, fmt::format("There is no option '{}'", key),
                        did_you_mean(key, keys_of(rows)));
}

static json value_to_json(const Row& row, const std::string& text) {
  switch (row.kind) {
    case Kind::boolean:
      return text == "true";
    case Kind::integer:  // of either sign: a seed takes all 64 bits
      return json::parse(text);
    case Kind::number:
      return std::stod(text);
    default:
      return text;
  }
}

json options_to_json(std::span<const Row> rows) {
  json j = json::object();
  for (const auto& row : rows) j[row.key] = value_to_json(row, row.get());
  return j;
}

json changed_options_to_json(std::span<const Row> rows) {
  json j = json::object();
  for (const auto& row : rows) {
    if (const auto text = row.get(); text != row.default_text) j[row.key] = value_to_json(row, text);
  }
  return j;
}

Result<> options_from_json(std::span<Row> rows, const json& j) {
  if (!j.is_object()) return fail(Code::bad_file, "The options are not a JSON object");
  for (const auto& [key, value] : j.items()) {
    if (value.is_structured() || value.is_null()) return fail(Code::bad_option, "Option '{}' has no plain value", key);
    TRY_VOID(set_option(rows, key, value.is_string() ? value.get<std::string>() : json_text(value)));
  }
  return {};
}

constexpr std::array kind_names{"boolean", "integer", "number", "text", "path", "choice"};
constexpr std::array when_names{"creation", "start", "live"};

static std::string_view kind_name(Kind kind) { return kind_names[static_cast<std::size_t>(kind)]; }
static std::string_view when_name(When when) { return when_names[static_cast<std::size_t>(when)]; }

json options_schema(std::span<const Row> rows) {
  json all = json::array();
  for (const auto& row : rows) {
    json j{{"key", row.key},
           {"label", row.label},
           {"help", row.help},
           {"group", row.group},
           {"kind", kind_name(row.kind)},
           {"default", value_to_json(row, row.default_text)},
           {"when", when_name(row.when)},
           {"advanced", row.advanced}};
    if (row.lo) j["min"] = *row.lo;
    if (row.hi) j["max"] = *row.hi;
    if (row.step) j["step"] = *row.step;
    if (!row.choices.empty()) j["choices"] = row.choices;
    all.push_back(std::move(j));
  }
  return all;
}

static std::string default_text_of(const json& value) {
  if (value.is_string()) return value;
  return value.is_number_float() ? detail::number_text(value) : value.dump();
}

std::vector<Row> rows_of_schema(const json& options) {
  const auto place_in = [](const auto& names, const json& name) {
    return std::ranges::find(names, name.get<std::string>()) - names.begin();
  };
  const auto bound = [](const json& j, const char* key) {
    return j.contains(key) ? std::optional(j[key].get<double>()) : std::nullopt;
  };
  std::vector<Row> rows;
  for (const auto& j : options) {
    Row row;
    row.key = j["key"];
    row.label = j["label"];
    row.help = j["help"];
    row.group = j["group"];
    row.kind = static_cast<Kind>(place_in(kind_names, j["kind"]));
    row.when = static_cast<When>(place_in(when_names, j["when"]));
    row.advanced = j["advanced"];
    row.lo = bound(j, "min");
    row.hi = bound(j, "max");
    row.step = bound(j, "step");
    if (j.contains("choices")) row.choices = j["choices"].get<std::vector<std::string>>();
    row.default_text = default_text_of(j["default"]);
    row.get = [text = row.default_text] { return text; };
    row.set = [](std::string_view) { return Result<>(); };
    rows.push_back(std::move(row));
  }
  return rows;
}

static std::string shell_quoted(const std::string& text) {
  if (!text.empty() && text.find_first_of(" \t\"'$`\\*?&|;<>()") == std::string::npos) return text;
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string diff_from_default(std::span<const Row> rows) {
  std::string line;
  for (const auto& row : rows) {
    const auto text = row.get();
    if (text == row.default_text) continue;
    if (!line.empty()) line += ' ';
    if (row.kind == Kind::boolean)
      line += (text == "true" ? "--" : "--no-") + row.key;
    else
      line += "--" + row.key + " " + shell_quoted(text);
  }
  return line;
}

std::string options_markdown(std::span<const Row> rows) {
  std::string text = "| option | default | values | changes at | meaning |\n|---|---|---|---|---|\n";
  for (const auto& row : rows) {
    std::string values{kind_name(row.kind)};
    if (!row.choices.empty()) values = fmt::format("{}", fmt::join(row.choices, ", "));
    if (row.lo || row.hi) values = detail::range_text(row.lo, row.hi);
    text += fmt::format("| `--{}` | {} | {} | {} | {} |\n", row.key, row.default_text.empty() ? "–" : row.default_text,
                        values, when_name(row.when), row.help);
  }
  return text;
}

static std::string help_text(const Row& row) {
  std::string text = row.help;
  if (!row.choices.empty())
    text += fmt::format(" One of: {}.", fmt::join(row.choices, ", "));
  else if (row.lo || row.hi)
    text += fmt::format(" Range: {}.", detail::range_text(row.lo, row.hi));
  if (!row.default_text.empty()) text += fmt::format(" Default: {}.", row.default_text);
  return text;
}

void add_to_cli(CLI::App& app, std::span<Row> rows, Result<>& error) {
  for (auto& row : rows) {
    auto take = [&row, &error](const std::string& text) {
      row.given = true;
      if (auto set = row.set(text); !set && error) error = std::move(set);
    };
    CLI::Option* option = nullptr;
    if (row.kind == Kind::boolean) {
      option = app.add_flag_function(
          "--" + row.key + ",!--no-" + row.key, [take](std::int64_t count) { take(count > 0 ? "true" : "false"); },
          help_text(row));
    } else {
      option = app.add_option_function<std::string>("--" + row.key, take, help_text(row));
      constexpr std::array type_names{"", "INT", "NUMBER", "TEXT", "PATH", "CHOICE"};
      option->type_name(type_names[static_cast<std::size_t>(row.kind)]);
    }
    if (!row.group.empty()) option->group(row.group);
  }
}

}  // namespace understudy
