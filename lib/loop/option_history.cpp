// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/option_history.hpp"

#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>

#include "lib/base/path_text.hpp"
#include "lib/base/text.hpp"

namespace understudy {
namespace {

using nlohmann::json;

std::string utc_text(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string plain(const json& value) { return value.is_string() ? value.get<std::string>() : json_text(value); }

}  // namespace

std::string utc_text(fs::file_time_type time) {
  using FileClock = fs::file_time_type::clock;
  return utc_text(std::chrono::time_point_cast<std::chrono::system_clock::duration>(FileClock::to_sys(time)));
}
std::string utc_now() { return utc_text(std::chrono::system_clock::now()); }

std::vector<OptionChange> changes_between(const json& from, const json& to, std::int64_t iteration) {
  const auto now = utc_now();
  std::vector<OptionChange> changes;
  const json none = json::object();
  const json &before = from.contains("options") ? from["options"] : none,
             &after = to.contains("options") ? to["options"] : none;
  for (const auto& [key, value] : after.items()) {
    if (before.contains(key) && before[key] != value)
      changes.push_back({iteration, key, plain(before[key]), plain(value), now});
  }
  const auto seed = [](const json& d) { return d.contains("seed") ? d["seed"] : json(); };
  if (seed(from) != seed(to)) changes.push_back({iteration, "seed", plain(seed(from)), plain(seed(to)), now});
  return changes;
}

Result<> add_to_history(const fs::path& model, const std::vector<OptionChange>& changes) {
  if (changes.empty()) return {};
  const fs::path file = model / "history.jsonl";
  std::string text;
  std::error_code error;
  if (fs::exists(file, error)) {
    TRY(text, read_text(file, 64 << 20));
    if (!text.empty() && text.back() != '\n') text += '\n';
  }
  for (const auto& c : changes) {
    text +=
        json_text(json{{"iteration", c.iteration}, {"key", c.key}, {"from", c.from}, {"to", c.to}, {"time", c.time}}) +
        "\n";
  }
  return write_text(file, text);
}

Result<OptionHistory> option_history(const fs::path& model) {
  OptionHistory history;
  const fs::path file = model / "history.jsonl";
  std::error_code error;
  if (!fs::exists(file, error)) return history;
  TRY(const auto text, read_text(file, 64 << 20));
  for (const auto& line : split(text, '\n')) {
    if (line.empty()) continue;
    const json j = parse_json(line);
    auto is_text = [&](const char* key) { return j.contains(key) && j[key].is_string(); };
    if (!j.is_object() || !j.contains("iteration") || !j["iteration"].is_number_integer() || !is_text("key") ||
        !is_text("from") || !is_text("to") || !is_text("time")) {
      ++history.unreadable;
      continue;
    }
    history.changes.push_back({j["iteration"].get<std::int64_t>(), j["key"].get<std::string>(),
                               j["from"].get<std::string>(), j["to"].get<std::string>(), j["time"].get<std::string>()});
  }
  return history;
}

}  // namespace understudy
