// SPDX-License-Identifier: Apache-2.0
#include "lib/base/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

#include "lib/base/io_failure.hpp"
#include "lib/base/text.hpp"

namespace understudy {
namespace {

// What posix_spawn wants, given back however the function ends.
struct SpawnSettings {
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

// State and start time of proc(5)'s stat: behind the name in brackets, which may itself hold brackets and spaces.
struct ProcStat {
  char state = 0;
  std::uint64_t started = 0;
};
ProcStat proc_stat(int pid) {
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(in, line);
  const auto bracket = line.rfind(')');
  if (bracket == std::string::npos || bracket + 2 >= line.size()) return {};
  const auto fields = split(line.substr(bracket + 2), ' ');
  constexpr std::size_t start_time = 22 - 3;  // counted from the state, which is field 3
  if (fields.size() <= start_time) return {};
  return {fields[0][0], std::strtoull(fields[start_time].c_str(), nullptr, 10)};
}

void set_up(SpawnSettings& settings, const ChildStart& start) {
  ::posix_spawn_file_actions_addopen(&settings.files, STDIN_FILENO, start.input.c_str(), O_RDWR, 0);
  ::posix_spawn_file_actions_addopen(&settings.files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&settings.files, STDERR_FILENO, start.errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
  // Sockets too: a job that kept the server's would keep its port and its readers waiting after the server's end.
  ::posix_spawn_file_actions_addclosefrom_np(&settings.files, STDERR_FILENO + 1);
  // A server ignores SIGPIPE and may be started by what ignores SIGINT; a job shall be stopped by it.
  sigset_t defaults, none;
  sigemptyset(&defaults);
  sigemptyset(&none);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD}) sigaddset(&defaults, number);
  ::posix_spawnattr_setsigdefault(&settings.attributes, &defaults);
  ::posix_spawnattr_setsigmask(&settings.attributes, &none);
  ::posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

}  // namespace

Result<ProcessId> start_child(const ChildStart& start) {
  SpawnSettings settings;
  set_up(settings, start);
  std::vector<std::string> words{start.program.string()};
  words.insert(words.end(), start.arguments.begin(), start.arguments.end());
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, start.program.c_str(), &settings.files, &settings.attributes, pointers.data(), environ);
  if (error != 0) return io_failure("start", start.program, error);
  return ProcessId{pid, proc_stat(pid).started};
}

ProcessId process_id(int pid) {
  const auto stat = proc_stat(pid);
  return stat.started != 0 ? ProcessId{pid, stat.started} : ProcessId{};
}

bool is_alive(const ProcessId& process) {
  if (process.pid <= 0) return false;
  int status = 0;
  ::waitpid(process.pid, &status, WNOHANG);  // only of a child of ours; else nothing
  const auto stat = proc_stat(process.pid);
  return stat.started != 0 && stat.started == process.started && stat.state != 'Z' && stat.state != 'X';
}

bool is_stopped(const ProcessId& process) {
  const auto stat = proc_stat(process.pid);
  return stat.started == process.started && stat.state == 'T';
}

std::optional<bool> has_open(int pid, const fs::path& path) {
  struct stat wanted {
  }, one{};
  if (::stat(path.c_str(), &wanted) != 0) return false;
  std::error_code error;
  fs::directory_iterator it(fmt::format("/proc/{}/fd", pid), error);
  if (error) return {};
  for (const fs::directory_iterator end; !error && it != end; it.increment(error))
    if (::stat(it->path().c_str(), &one) == 0 && one.st_ino == wanted.st_ino && one.st_dev == wanted.st_dev)
      return true;
  return false;
}

bool send_signal(const ProcessId& process, Signal signal) {
  if (!is_alive(process)) return false;
  const int number = signal == Signal::stop ? SIGINT : signal == Signal::pause ? SIGSTOP : SIGCONT;
  // A child of start_child() leads a session, so that its id is that of its group; another may stand in a shell's.
  const bool leads = ::getpgid(process.pid) == process.pid;
  return ::kill(leads && signal != Signal::stop ? -process.pid : process.pid, number) == 0;
}

Result<> make_pipe(const fs::path& path) {
  if (::mkfifo(path.c_str(), 0600) != 0) return io_failure("make", path, errno);
  return {};
}

Result<> write_pipe(const fs::path& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return io_failure("write", path, errno);
  const ssize_t written = ::write(file, text.data(), text.size());
  const int error = errno;
  ::close(file);
  if (written == static_cast<ssize_t>(text.size())) return {};
  return io_failure("write", path, written < 0 ? error : EAGAIN);
}

std::string random_hex(std::size_t bytes) {
  std::vector<unsigned char> drawn(bytes);
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t n = ::getrandom(drawn.data() + done, bytes - done, 0);
    if (n < 0 && errno == EINTR) continue;
    check(n > 0, "the system gives no random numbers");
    done += static_cast<std::size_t>(n);
  }
  return fmt::format("{:02x}", fmt::join(drawn, ""));
}

int own_process_id() { return static_cast<int>(::getpid()); }

int user_id() { return static_cast<int>(::getuid()); }

}  // namespace understudy
