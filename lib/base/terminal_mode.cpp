// SPDX-License-Identifier: Apache-2.0
#include "lib/base/terminal_mode.hpp"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace understudy {
namespace {

// Read by signal handlers: `before` is written only while `changed` is false.
termios before;
std::atomic<bool> changed{false};
static_assert(std::atomic<bool>::is_always_lock_free);

constexpr std::array ending_signals{SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

// Setting a terminal's mode from the background would stop the process (SIGTTOU).
bool in_foreground() { return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp(); }

extern "C" void restore_and_end(int number) {
  restore_terminal();
  ::raise(number);  // SA_RESETHAND: the second one does what it always does
}

extern "C" void restore_and_suspend(int) {
  const int kept_errno = errno;
  restore_terminal();
  struct sigaction standard {
  }, ours{};
  standard.sa_handler = SIG_DFL;
  ::sigaction(SIGTSTP, &standard, &ours);
  sigset_t only, blocked;
  ::sigemptyset(&only);
  ::sigaddset(&only, SIGTSTP);
  ::raise(SIGTSTP);                                 // waits, as the signal that is being handled is blocked
  ::pthread_sigmask(SIG_UNBLOCK, &only, &blocked);  // the process stops here and goes on from here
  ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
  ::sigaction(SIGTSTP, &ours, nullptr);
  errno = kept_errno;
}

// Leaves alone what somebody else handles or ignores (nohup, sanitizers).
void handle_where_unhandled(int number, void (*handler)(int), int flags) {
  struct sigaction old {
  }, ours{};
  if (::sigaction(number, nullptr, &old) != 0 || (old.sa_flags & SA_SIGINFO) != 0 || old.sa_handler != SIG_DFL) return;
  ours.sa_handler = handler;
  ours.sa_flags = flags;
  ::sigaction(number, &ours, nullptr);
}

void handle_signals_once() {
  static const bool done = [] {
    for (const int number : ending_signals) handle_where_unhandled(number, restore_and_end, SA_RESETHAND);
    handle_where_unhandled(SIGTSTP, restore_and_suspend, SA_RESTART);
    // Sent to the background while it waits for a key, a process would be stopped for reading the next one.
    handle_where_unhandled(SIGTTIN, SIG_IGN, 0);
    std::atexit(restore_terminal);
    std::at_quick_exit(restore_terminal);
    return true;
  }();
  (void)done;
}

// Enters the mode unless it is in force.
bool enter() {
  termios now{};
  if (::tcgetattr(STDIN_FILENO, &now) != 0) return false;
  if (changed.load() && (now.c_lflag & ICANON) == 0) return true;
  changed.store(false);
  before = now;
  changed.store(true);
  now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  now.c_cc[VMIN] = 1;
  now.c_cc[VTIME] = 0;
  return ::tcsetattr(STDIN_FILENO, TCSANOW, &now) == 0;
}

}  // namespace

bool is_terminal_stdin() { return ::isatty(STDIN_FILENO) == 1; }

void restore_terminal() {
  if (!changed.load() || !in_foreground()) return;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
  changed.store(false);
}

KeyMode::KeyMode() {
  handle_signals_once();
  ready();
}

KeyMode::~KeyMode() { restore_terminal(); }

bool KeyMode::ready() { return is_terminal_stdin() && in_foreground() && enter(); }

}  // namespace understudy
