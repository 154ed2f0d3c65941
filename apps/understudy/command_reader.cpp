// SPDX-License-Identifier: Apache-2.0
#include "apps/understudy/command_reader.hpp"

#include <nlohmann/json.hpp>

#include "lib/base/system.hpp"

namespace understudy {

static std::string text_of(const nlohmann::json& j, const char* key) {
  return j.contains(key) && j[key].is_string() ? j[key].get<std::string>() : std::string();
}

CommandReader::CommandReader(bool active, Run& run) {
  if (!active) return;
  thread_ = std::jthread([&run](std::stop_token stop) {
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
  });
}

CommandReader::~CommandReader() = default;

}  // namespace understudy
