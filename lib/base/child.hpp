// SPDX-License-Identifier: Apache-2.0
// Another process that goes on when this one ends, and how it is known again later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

// A process id alone may be another's by now; with its start time (in ticks since the machine's boot) it is not.
struct ProcessId {
  int pid = 0;
  std::uint64_t started = 0;
  bool operator==(const ProcessId&) const = default;
};

struct ChildStart {
  fs::path program;
  std::vector<std::string> arguments;  // behind the name; any bytes but zero
  bool commands = false;               // standard input is a pipe for write_commands(), which never ends; else nothing
  fs::path errors;                     // standard error goes there, but through no link; what the file held is gone
};

// Starts it in a session of its own, with standard output given to nobody. Its environment is this process's.
Result<ProcessId> start_child(const ChildStart&);
// Whether that very process still runs. Children that have ended are taken leave of here, so that none stays a zombie.
bool is_alive(const ProcessId&);
// Whether it was told to stand still (SIGSTOP, Ctrl-Z), by whomever.
bool is_stopped(const ProcessId&);
// Whether a process has that very file open, as whoever holds a lock on it has; nothing where the system does not tell,
// as of another user's processes.
std::optional<bool> has_open(int pid, const fs::path&);
// Of a process that runs now; nothing (0) where there is none.
ProcessId process_id(int pid);

enum class Signal { stop, pause, resume };  // as Ctrl-C; stands still and goes on, with the processes it started
// False when it has ended.
bool send_signal(const ProcessId&, Signal);

// Writes to a process that was started for commands, whoever of this user started it: at once or not at all. Code::io
// when it has ended, was started otherwise or has not read for long.
Result<> write_commands(const ProcessId&, std::string_view);

std::string random_hex(std::size_t bytes);  // from the system's generator
int user_id();
int own_process_id();

}  // namespace understudy
