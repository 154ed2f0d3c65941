// SPDX-License-Identifier: Apache-2.0
#include "lib/base/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>

#include "lib/base/system.hpp"

namespace understudy {
namespace {

constexpr std::string_view state_name = ".understudy";

fs::path folder_of_lock(const fs::path& lock) {
  const auto parent = lock.parent_path();
  return parent.filename() == state_name ? parent.parent_path() : parent;
}

// "process 4711 on workstation, since 2026-11-29 14:02:11"
std::string self() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  std::array<char, 32> since{};
  std::strftime(since.data(), since.size(), "%Y-%m-%d %H:%M:%S", &local);
  return fmt::format("process {} on {}, since {}", ::getpid(), host_name(), since.data());
}

void write_holder(int descriptor) {
  const auto text = self() + "\n";
  // Who holds it is told for people only: a disk that is full must not keep anybody from working.
  if (::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, text.data(), text.size(), 0) < 0) errno = 0;
}

std::string holder(int descriptor) {
  std::array<char, 400> text{};
  const ssize_t n = ::pread(descriptor, text.data(), text.size() - 1, 0);
  std::string who(text.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  who.resize(std::min(who.find('\n'), who.size()));
  for (char& c : who) c = c < ' ' || c > '~' ? '?' : c;
  return who.empty() ? "it has just begun" : who;
}

bool is_the_file(int descriptor, const fs::path& path) {
  struct stat open {
  }, named{};
  return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

// Makes or removes the folder that locks lie in, and leaves the time of the folder around it as it was: that somebody
// worked there says nothing of what he changed.
template <class Change>
auto quietly(const fs::path& lock, const Change& change) {
  struct stat before {};
  const auto folder = folder_of_lock(lock);
  const char* name = folder.empty() ? "." : folder.c_str();
  const bool known = lock.parent_path().filename() == state_name && ::stat(name, &before) == 0;
  auto result = change();
  struct stat after {};
  if (known && ::stat(name, &after) == 0 &&
      (after.st_mtim.tv_sec != before.st_mtim.tv_sec || after.st_mtim.tv_nsec != before.st_mtim.tv_nsec)) {
    const timespec times[2] = {{0, UTIME_OMIT}, before.st_mtim};
    if (::utimensat(AT_FDCWD, name, times, 0) != 0) errno = 0;  // another's folder
  }
  return result;
}

}  // namespace

struct FileLock::Held {
  int descriptor;
  fs::path path;

  Held(int d, fs::path p) : descriptor(d), path(std::move(p)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  // Removed while it is held: whoever opened it before sees that it has no name any more and opens another.
  ~Held() {
    if (is_the_file(descriptor, path) && ::unlink(path.c_str()) == 0 && path.parent_path().filename() == state_name)
      quietly(path, [&] { return ::rmdir(path.parent_path().c_str()); });
    ::close(descriptor);
  }
};

FileLock::FileLock(std::shared_ptr<Held> held) : held_(std::move(held)) {}

Result<FileLock> FileLock::take(const fs::path& path) { return take(path, folder_of_lock(path)); }

Result<FileLock> FileLock::take(const fs::path& path, const fs::path& what) {
  constexpr int tries = 100;  // each is lost only to somebody who gives the lock back at this very moment
  for (int i = 0; i < tries; ++i) {
    if (path.has_parent_path()) TRY_VOID(quietly(path, [&] { return make_folders(path.parent_path()); }));
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0 && errno == ENOENT) continue;  // its folder went with another's lock
    if (descriptor < 0)
      return fail_with_hint(Code::io, fmt::format("Cannot change {}: {}", what.string(), std::strerror(errno)),
                            errno == EACCES || errno == EROFS ? "Check that you may write there." : "");
    const bool taken = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    if (!taken && errno == EWOULDBLOCK) {
      const auto who = holder(descriptor);
      ::close(descriptor);
      return fail_with_hint(Code::busy, fmt::format("{} is in use by another understudy ({})", what.string(), who),
                            "Wait until it ends, or stop it.");
    }
    // Where the file system knows no locks, one has to do without.
    if (taken && !is_the_file(descriptor, path)) {
      ::close(descriptor);
      continue;
    }
    write_holder(descriptor);
    return FileLock(std::make_shared<Held>(descriptor, path));
  }
  return fail(Code::busy, "{} is in use by others all the time", what.string());
}

// The sentence of self(), read back: the process and its machine stand before the comma.
std::optional<LockHolder> lock_holder(const fs::path& lock) {
  constexpr std::string_view process = "process ", on = " on ";
  const auto text = read_text(lock, 1 << 10);
  if (!text || !text->starts_with(process)) return {};
  LockHolder holder;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data() + process.size(), end, holder.process);
  const auto words = std::string_view(rest, static_cast<std::size_t>(end - rest));
  const auto comma = words.rfind(", since ");
  if (error != std::errc() || holder.process <= 0 || !words.starts_with(on) || comma == std::string_view::npos)
    return {};
  holder.machine = words.substr(on.size(), comma - on.size());
  return holder;
}

void FileLock::moved_to(const fs::path& path) { held_->path = path; }

Result<FileLock> lock_file(const fs::path& path) {
  return FileLock::take(path.parent_path() / state_name / (path.filename().string() + ".lock"), path);
}

Result<FileLock> lock_folder(const fs::path& folder) { return FileLock::take(folder / state_name / "lock"); }

}  // namespace understudy
