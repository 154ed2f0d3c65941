// SPDX-License-Identifier: Apache-2.0
// What a running job can be asked for: {"id": 7, "command": "set", "key": "save-every", "value": "5"}, one JSON object
// a line on its standard input. Each is answered by an `accepted` or a `refused` event with that id.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/options/describe.hpp"

namespace understudy {

struct Command {
  std::string name;   // one of command_kinds()
  std::string key;    // of "set"
  std::string value;  // of "set"
  std::string id;     // the request's, as JSON text; empty: nobody waits for an answer
};

struct CommandKind {
  std::string_view name, help;
  bool has_value = false;  // has key and value
};
std::span<const CommandKind> command_kinds();  // "stop", which every job takes, is the first

// A line as a command; what it lacks stays empty. A line that is no JSON object with an id that is text or a number and
// a command is refused: the failure's message is the reason, and `command` then holds the id if there was one.
Result<> read_command(std::string_view line, Command& command);

// Sets that row if it is live. The failure's message is the reason why not.
Result<> set_live(std::span<Row>, const std::string& key, const std::string& value);

}  // namespace understudy
