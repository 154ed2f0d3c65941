// SPDX-License-Identifier: Apache-2.0
#include "lib/base/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "lib/base/descriptor.hpp"
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

// The reading end of a new pipe, behind the three that a child gets anew; negative when there is none to be had.
int new_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
  const Descriptor reads(ends[0]), writes(ends[1]);
  return ::fcntl(reads.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

// Whether standard input is open for writing too, as start_child() has it: what a shell gives is not.
bool is_for_commands(int pid) {
  std::ifstream in(fmt::format("/proc/{}/fdinfo/0", pid));
  for (std::string word; in >> word;) {
    if (word != "flags:" || !(in >> word)) continue;
    return (std::strtoull(word.c_str(), nullptr, 8) & O_ACCMODE) == O_RDWR;
  }
  return false;
}

void set_up(SpawnSettings& settings, const ChildStart& start, int pipe) {
  const auto input = start.commands ? fmt::format("/proc/self/fd/{}", pipe) : std::string("/dev/null");
  ::posix_spawn_file_actions_addopen(&settings.files, STDIN_FILENO, input.c_str(), O_RDWR, 0);
  ::posix_spawn_file_actions_addopen(&settings.files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&settings.files, STDERR_FILENO, start.errors.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
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
  const Descriptor pipe(start.commands ? new_pipe() : -1);
  if (start.commands && pipe.get() < 0) return io_failure("make a pipe for", start.program, errno);
  SpawnSettings settings;
  set_up(settings, start, pipe.get());
  std::vector<std::string> words{start.program.string()};
  words.insert(words.end(), start.arguments.begin(), start.arguments.end());
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, start.program.c_str(), &settings.files, &settings.attributes, pointers.data(), environ);
  // Which no waiting mends.
  if (error == E2BIG)
    return fail(Code::bad_option, "What {} is to be told is longer than this system takes", start.program.string());
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

// A pipe without a name, which nobody can take away. The job has both ends, so that it never sees an end of it when
// this process ends; whoever comes later finds it by the process.
Result<> write_commands(const ProcessId& process, std::string_view text) {
  const auto whom = fmt::format("process {}", process.pid);
  const auto no = [&](int error) { return io_failure("send a command to", whom, error); };
  if (!is_alive(process) || !is_for_commands(process.pid)) return no(EPIPE);
  const Descriptor file(::open(fmt::format("/proc/{}/fd/0", process.pid).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat pipe {};
  if (file.get() < 0 || ::fstat(file.get(), &pipe) != 0) return no(errno);
  if (!S_ISFIFO(pipe.st_mode)) return no(EPIPE);
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return {};
  return no(written < 0 ? errno : EAGAIN);
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
