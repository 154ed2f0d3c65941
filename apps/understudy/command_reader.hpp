// SPDX-License-Identifier: Apache-2.0
// Reads a job's commands from standard input, one JSON object a line: {"command":"save"}.
#pragma once

#include <thread>

#include "lib/jobs/run.hpp"

namespace understudy {

class CommandReader {
 public:
  CommandReader(bool active, Run&);
  ~CommandReader();

 private:
  std::jthread thread_;
};

}  // namespace understudy
