// SPDX-License-Identifier: Apache-2.0
// Standard input as single key presses: the terminal then hands over each key at once and does not show it.
#pragma once

namespace understudy {

bool is_terminal_stdin();

// Puts the terminal back as it was. Also for signal handlers; does nothing when there is nothing to put back.
void restore_terminal();

// While one lives, keys come one by one, and Ctrl-C still interrupts. The terminal is put back by the destructor, at
// exit() and end_process(), before the process is suspended (Ctrl-Z) and when a signal ends it. There can be one at a
// time.
class KeyMode {
 public:
  KeyMode();
  ~KeyMode();
  KeyMode(const KeyMode&) = delete;
  KeyMode& operator=(const KeyMode&) = delete;

  // Whether keys may be read now; enters the mode where it is not in force, as after a suspension. False while the
  // process is in the background: keys are not for it then (reading them fails).
  bool ready();
};

}  // namespace understudy
