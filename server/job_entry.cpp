// SPDX-License-Identifier: Apache-2.0
#include "server/job_entry.hpp"

#include <algorithm>
#include <array>

#include "lib/base/file_identity.hpp"
#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"
#include "lib/jobs/job_log.hpp"

namespace understudy::studio {
namespace {

using nlohmann::json;

constexpr std::array standing_names{"waiting", "begun", "dropped", "failed"};

// Text as it is; numbers and booleans as they are written on a command line.
std::string as_text(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// As a process gets it. The page knows files by path_text(), which spells out bytes that are no letters.
std::string as_argument(const json& row, const json& value) {
  const bool names_a_file =
      row["kind"] == "path" || row["key"] == "model" || row["key"] == "from" || row["key"] == "start-from";
  return names_a_file ? path_of_text(as_text(value)).native() : as_text(value);
}

const json* named(const json& all, const std::string& key, const char* by) {
  const auto found = std::ranges::find_if(all, [&](const json& one) { return one[by] == key; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> names_of(const json& all, const char* by) {
  std::vector<std::string> names;
  for (const auto& one : all) names.push_back(one[by]);
  return names;
}

Result<> check_option(const json& row, const json& value) {
  const std::string key = row["key"], kind = row["kind"];
  const auto wrong = [&](std::string_view what) {
    return fail(Code::bad_option, "{} is {}, not {}", key, what, as_text(value));
  };
  if (value.is_structured() || value.is_null()) return wrong("a single value");
  if (kind == "boolean" && !value.is_boolean()) return wrong("true or false");
  if (kind == "integer" && !value.is_number_integer()) return wrong("a whole number");
  if (kind == "number" && !value.is_number()) return wrong("a number");
  if (value.is_number()) {
    const double number = value.get<double>();
    if (row.contains("min") && row["min"].is_number() && number < row["min"].get<double>())
      return wrong(fmt::format("at least {}", row["min"].dump()));
    if (row.contains("max") && row["max"].is_number() && number > row["max"].get<double>())
      return wrong(fmt::format("at most {}", row["max"].dump()));
  }
  const auto choices = row.value("choices", std::vector<std::string>());
  if (kind == "choice" && std::ranges::find(choices, as_text(value)) == choices.end())
    return wrong(fmt::format("one of {}", fmt::join(choices, ", ")));
  if ((kind == "text" || kind == "path") && !value.is_string()) return wrong("text");
  const auto argument = as_argument(row, value);
  if (argument.find('\0') != std::string::npos) return wrong("text without zero bytes");
  // Relative to which folder nobody could say: the studio's own was never seen by whoever typed it.
  if (kind == "path" && !argument.empty() && !fs::path(argument).is_absolute()) return wrong("a whole path");
  return {};
}

}  // namespace

json to_json(const JobEntry& entry) {
  return {{"format", formats::studio_job.name},
          {"version", formats::studio_job.version},
          {"job", entry.job},
          {"verb", entry.verb},
          {"positionals", entry.positionals},
          {"options", entry.options},
          {"asked", entry.asked},
          {"place", entry.place},
          {"at_once", entry.at_once},
          {"standing", standing_names[static_cast<std::size_t>(entry.standing)]},
          {"problem", entry.problem},
          {"pid", entry.process.pid},
          {"pid_started", entry.process.started},
          {"folder", entry.origin.folder},
          {"machine", entry.origin.machine},
          {"boot", entry.origin.boot}};
}

Origin origin_here(const fs::path& workspace) {
  const auto text = [](std::uint64_t identity) {
    return identity == 0 ? std::string() : fmt::format("{:016x}", identity);
  };
  return {text(folder_identity(workspace)), text(machine_identity()), text(boot_identity())};
}

Result<JobEntry> job_entry_of(const json& j) {
  try {
    const auto version = version_in(j, formats::studio_job);
    if (!version) return fail(Code::bad_file, "It is not a job of the studio");
    if (*version > formats::studio_job.version) return fail(Code::newer_version, "A newer version wrote it");
    JobEntry entry;
    entry.job = j.at("job");
    if (!is_job_name(entry.job)) return fail(Code::bad_file, "Its name is not that of a job");
    entry.verb = j.at("verb");
    entry.positionals = j.at("positionals").get<std::map<std::string, std::string>>();
    entry.options = j.at("options");
    if (!entry.options.is_object()) return fail(Code::bad_file, "Its options are not an object");
    entry.asked = j.at("asked");
    entry.place = j.at("place");
    entry.at_once = j.at("at_once");
    const auto standing = std::ranges::find(standing_names, j.at("standing").get<std::string>());
    if (standing == standing_names.end()) return fail(Code::bad_file, "Its standing is not known");
    entry.standing = static_cast<Standing>(standing - standing_names.begin());
    entry.process = {j.at("pid"), j.at("pid_started")};
    if (*version < 2) return entry;
    entry.problem = j.at("problem");
    entry.origin = {j.at("folder"), j.at("machine"), j.at("boot")};
    return entry;
  } catch (const json::exception& error) {
    return fail(Code::bad_file, "It is damaged: {}", error.what());
  }
}

Result<> check_request(const json& verb, const JobEntry& entry) {
  for (const auto& p : verb["positionals"]) {
    const std::string name = p["name"];
    const auto given = entry.positionals.find(name);
    if (given == entry.positionals.end()) {
      if (p["required"].get<bool>())
        return fail(Code::bad_option, "{} needs {}: {}", entry.verb, name, p["help"].get<std::string>());
      continue;
    }
    const auto choices = p.value("choices", std::vector<std::string>());
    if (!choices.empty() && std::ranges::find(choices, given->second) == choices.end())
      return fail(Code::bad_option, "{} is one of {}, not '{}'", name, fmt::join(choices, ", "), given->second);
    if (given->second.empty() || given->second.find('\0') != std::string::npos)
      return fail(Code::bad_option, "{} is empty or holds zero bytes", name);
  }
  for (const auto& [name, value] : entry.positionals) {
    if (!named(verb["positionals"], name, "name"))
      return fail(Code::bad_option, "{} takes nothing that is called '{}'", entry.verb, name);
  }
  for (const auto& [key, value] : entry.options.items()) {
    const json* row = named(verb["options"], key, "key");
    if (!row)
      return fail_with_hint(Code::bad_option, fmt::format("{} has no option '{}'", entry.verb, key),
                            did_you_mean(key, names_of(verb["options"], "key")));
    TRY_VOID(check_option(*row, value));
  }
  return {};
}

json whole_paths(const json& verb, json options, const fs::path& folder) {
  for (auto& [key, value] : options.items()) {
    const json* row = named(verb["options"], key, "key");
    if (!row || (*row)["kind"] != "path" || !value.is_string()) continue;
    const auto path = path_of_text(value.get<std::string>());
    if (!path.empty() && path.is_relative()) value = path_text(folder / path);
  }
  return options;
}

std::vector<std::string> arguments_of(const json& verb, const JobEntry& entry) {
  auto words = split(entry.verb, ' ');
  for (const auto& [key, value] : entry.options.items()) {
    if (value.is_boolean()) {
      words.push_back((value.get<bool>() ? "--" : "--no-") + key);
      continue;
    }
    const json* row = named(verb["options"], key, "key");
    const auto text = row ? as_argument(*row, value) : as_text(value);
    if (text.empty()) {
      words.push_back("--" + key);
      words.emplace_back();
    } else {
      words.push_back(fmt::format("--{}={}", key, text));
    }
  }
  // Behind "--", for a name or an expression may begin with a dash.
  const auto dashed = [](const auto& given) { return given.second.starts_with('-'); };
  if (std::ranges::any_of(entry.positionals, dashed)) words.emplace_back("--");
  for (const auto& p : verb["positionals"]) {
    const auto given = entry.positionals.find(p["name"].get<std::string>());
    if (given != entry.positionals.end()) words.push_back(given->second);
  }
  return words;
}

// For words with bytes that are no letters: shells know them by their numbers.
static std::string in_bytes(const std::string& word) {
  std::string line = "$'";
  for (const unsigned char c : word) {
    if (c < 0x20 || c > 0x7e || c == '\'' || c == '\\')
      line += fmt::format("\\x{:02x}", c);
    else
      line += static_cast<char>(c);
  }
  return line + '\'';
}

std::string pasteable(const std::vector<std::string>& words) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=./,:+%@";
  std::string line;
  for (const auto& word : words) {
    if (!line.empty()) line += ' ';
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
      line += word;
      continue;
    }
    if (valid_text(word) != word) {
      line += in_bytes(word);
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace understudy::studio
