// SPDX-License-Identifier: Apache-2.0
#include "lib/base/system.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>

#include "lib/base/file_identity.hpp"
#include "lib/base/hash.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/terminal_mode.hpp"

namespace understudy {
namespace {

volatile std::sig_atomic_t stop_count = 0;

extern "C" void on_stop_signal(int number) {
  if (stop_count != 0) {
    restore_terminal();
    ::_exit(128 + number);
  }
  stop_count = 1;
}

// The value behind "key : value" in a /proc text file, for the first line that starts with the key.
std::string proc_value(const char* file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto start = line.find_first_not_of(" \t", colon + 1);
    return start == std::string::npos ? std::string() : line.substr(start);
  }
  return {};
}

std::uint64_t meminfo(std::string_view key) {
  const auto value = proc_value("/proc/meminfo", key);
  return value.empty() ? 0 : std::stoull(value) * 1024;
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}
bool stop_signalled() { return stop_count != 0; }

unsigned cpu_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
  return 1;
}

int thread_count(int wanted) { return wanted > 0 ? wanted : static_cast<int>(cpu_threads()); }

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

std::string cpu_name() { return proc_value("/proc/cpuinfo", "model name"); }

std::vector<std::string> cpu_features() {
  std::vector<std::string> found;
  std::istringstream flags(proc_value("/proc/cpuinfo", "flags"));
  for (std::string flag; flags >> flag;) {
    for (const char* wanted :
         {"sse4_2", "avx2", "fma", "f16c", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_int8"}) {
      if (flag == wanted) found.push_back(flag);
    }
  }
  return found;
}

std::uint64_t memory_total() { return meminfo("MemTotal"); }
std::uint64_t memory_available() { return meminfo("MemAvailable"); }

std::uint64_t memory_peak() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::uint64_t memory_resident() {
  const auto value = proc_value("/proc/self/status", "VmRSS");
  return value.empty() ? 0 : std::stoull(value) * 1024;
}

std::uint64_t disk_free(const fs::path& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return 0;
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

std::uint64_t change_stamp(const fs::path& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return 0;
  const auto mixed = [](const timespec& time, std::uint64_t seed) {
    return xxh3(static_cast<std::uint64_t>(time.tv_nsec), xxh3(static_cast<std::uint64_t>(time.tv_sec), seed));
  };
  return mixed(file.st_ctim, mixed(file.st_mtim, 0));
}

std::uint64_t file_identity(const fs::path& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return 0;
  return xxh3(static_cast<std::uint64_t>(file.st_ino), xxh3(static_cast<std::uint64_t>(file.st_dev), 0));
}

std::uint64_t folder_identity(const fs::path& path) {
  struct statx folder {};
  struct statfs disk {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &folder) != 0) return 0;
  if (::statfs(path.c_str(), &disk) != 0) return 0;
  auto mixed = [seed = std::uint64_t{0}](std::uint64_t part) mutable { return seed = xxh3(part, seed); };
  mixed(folder.stx_ino);
  // A copy is another inode, or at least was born at another time, which nobody can set.
  if ((folder.stx_mask & STATX_BTIME) != 0 && folder.stx_btime.tv_sec != 0) {
    mixed(static_cast<std::uint64_t>(folder.stx_btime.tv_sec));
    mixed(folder.stx_btime.tv_nsec);
  } else {
    mixed(folder.stx_dev_major);
    mixed(folder.stx_dev_minor);
  }
  // A snapshot keeps both; there the file system's id is that of the subvolume.
  if (disk.f_type == BTRFS_SUPER_MAGIC) {
    mixed(static_cast<std::uint64_t>(disk.f_fsid.__val[0]));
    mixed(static_cast<std::uint64_t>(disk.f_fsid.__val[1]));
  }
  return mixed(1);
}

std::uint64_t machine_identity() {
  std::string id;
  std::getline(std::ifstream("/etc/machine-id"), id);
  return id.empty() ? xxh3(host_name()) : xxh3(id);
}

std::uint64_t boot_identity() {
  std::string boot;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
  std::error_code error;
  return xxh3(boot + fs::read_symlink("/proc/self/ns/pid", error).string());
}

fs::path executable_path() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

bool is_terminal_stderr() { return ::isatty(STDERR_FILENO) == 1; }

int terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void set_environment_default(const char* name, const char* value) { ::setenv(name, value, /*overwrite=*/0); }

bool load_library(const char* name) { return ::dlopen(name, RTLD_NOW | RTLD_GLOBAL) != nullptr; }

void* library_function(const char* library, const char* function) {
  void* handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  return handle == nullptr ? nullptr : ::dlsym(handle, function);
}

void prefer_huge_pages(void* block, std::size_t bytes) { ::madvise(block, bytes, MADV_HUGEPAGE); }

void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

Error become(const fs::path& program, char** arguments) {
  ::execv(program.c_str(), arguments);
  return io_failure("start", program, errno).value();
}

void sleep_seconds(double seconds) { ::usleep(static_cast<useconds_t>(seconds * 1e6)); }

std::optional<std::string> read_standard_input(double seconds) {
  pollfd poll_for{STDIN_FILENO, POLLIN, 0};
  if (::poll(&poll_for, 1, static_cast<int>(seconds * 1000)) <= 0) return std::string();
  std::string bytes(4096, '\0');
  const ssize_t n = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (n <= 0) return {};
  bytes.resize(static_cast<std::size_t>(n));
  return bytes;
}

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace understudy
