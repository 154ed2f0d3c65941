// SPDX-License-Identifier: Apache-2.0
// Reads a job's commands from standard input: one JSON object a line, {"id":1,"command":"save"}, or the keys of a
// terminal.
#pragma once

#include <memory>
#include <stop_token>
#include <string_view>
#include <thread>

#include "lib/base/terminal_mode.hpp"
#include "lib/jobs/run.hpp"

namespace understudy {

enum class CommandSource { none, json_lines, keys };

// What can be pressed, on one line.
extern const std::string_view key_line;

class CommandReader {
 public:
  CommandReader(CommandSource, Run&);
  ~CommandReader();  // puts the terminal back

 private:
  std::unique_ptr<KeyMode> keys_;  // outlives the thread
  std::stop_source stop_;
  std::thread thread_;
};

}  // namespace understudy
