// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/command_reader.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/system.hpp"

namespace understudy {
namespace {

std::string text_of(const nlohmann::json& j, const char* key) {
  return j.contains(key) && j[key].is_string() ? j[key].get<std::string>() : std::string();
}

void read_json_lines(const std::stop_token& stop, Run& run) {
  std::string pending;
  while (!stop.stop_requested()) {
    const auto bytes = read_standard_input(0.1);
    if (!bytes) return;  // closed
    pending += *bytes;
    if (pending.size() > (1 << 16) && pending.find('\n') == std::string::npos) pending.clear();
    for (std::size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1)) {
      const auto j = nlohmann::json::parse(pending.substr(0, end), nullptr, false);
      if (j.is_object()) run.post({text_of(j, "command"), text_of(j, "key"), text_of(j, "value")});
    }
  }
}

// The original's keys (spec networks-and-training.md 7).
std::string command_of(char key) {
  switch (key) {
    case 's':
      return "save";
    case 'b':
      return "backup";
    case 'p':
      return "preview";
    case ' ':
      return "next-preview";
    case 'l':
      return "loss-range";
    case '\n':
    case '\r':
      return "stop";
    default:
      return {};
  }
}

void read_keys(const std::stop_token& stop, KeyMode& mode, Run& run) {
  while (!stop.stop_requested()) {
    const bool ready = mode.ready();
    const auto bytes = ready ? read_standard_input(0.1) : std::nullopt;
    if (!bytes) {  // in the background, or there is no terminal any more
      sleep_seconds(0.1);
      continue;
    }
    if (bytes->starts_with('\033')) continue;  // an arrow or function key: its letters mean nothing here
    for (const char key : *bytes) {
      if (const auto command = command_of(key); !command.empty()) run.post({command, {}, {}});
    }
  }
}

}  // namespace

const std::string_view key_line =
    "Keys: s save, b backup, p preview, space next preview, l loss range, Enter save and exit";

CommandReader::CommandReader(CommandSource source, Run& run) {
  if (source == CommandSource::json_lines) {
    thread_ = std::jthread([&run](std::stop_token stop) { read_json_lines(stop, run); });
  } else if (source == CommandSource::keys) {
    keys_ = std::make_unique<KeyMode>();
    thread_ = std::jthread([&run, mode = keys_.get()](std::stop_token stop) { read_keys(stop, *mode, run); });
  }
}

CommandReader::~CommandReader() = default;

}  // namespace understudy
