// SPDX-License-Identifier: Apache-2.0
#include "lib/base/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "lib/base/descriptor.hpp"
#include "lib/base/frame_files.hpp"
#include "lib/base/hash.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/same_bytes.hpp"
#include "lib/base/system.hpp"
#include "lib/base/temporaries.hpp"
#include "lib/base/text.hpp"

namespace understudy {
namespace {

constexpr std::string_view temporary_prefix = ".understudy-tmp-";

Result<> write_all(const fs::path& path, std::span<const std::uint8_t> bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return io_failure("write", path, errno);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(file.get(), bytes.data() + done, std::min<std::size_t>(bytes.size() - done, 1 << 30));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_failure("write", path, errno);
    done += static_cast<std::size_t>(n);
  }
  return {};
}

// At most `size` bytes from `offset` on; fewer when the file ends before.
template <class Container>
Result<Container> read_part(const Descriptor& file, const fs::path& path, std::uint64_t offset, std::uint64_t size) {
  Container bytes;
  bytes.resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(file.get(), bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_failure("read", path, errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

template <class Container>
Result<Container> read_whole(const fs::path& path, std::uint64_t max_bytes) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return io_failure("read", path, errno);
  std::error_code error;
  if (fs::is_directory(path, error)) return fail(Code::bad_file, "{} is a folder, not a file", path.string());
  const auto size = fs::file_size(path, error);
  if (error) return io_failure("read", path, error.value());
  if (size > max_bytes)
    return fail(Code::bad_file, "{} is larger than {} bytes, too large for what it should be", path.string(),
                max_bytes);
  return read_part<Container>(file, path, 0, size);
}

}  // namespace

Result<Bytes> read_range(const fs::path& path, std::uint64_t offset, std::uint64_t size) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return io_failure("read", path, errno);
  std::error_code error;
  const auto file_size = fs::file_size(path, error);
  if (error) return io_failure("read", path, error.value());
  return read_part<Bytes>(file, path, offset,
                          offset < file_size ? std::min<std::uint64_t>(size, file_size - offset) : 0);
}

bool same_bytes(const fs::path& a, const fs::path& b) {
  std::error_code error;
  const auto size = fs::file_size(a, error);
  if (error || size != fs::file_size(b, error) || error) return false;
  constexpr std::uint64_t piece = 1 << 22;
  for (std::uint64_t at = 0; at < size; at += piece) {
    const auto one = read_range(a, at, piece), other = read_range(b, at, piece);
    if (!one || !other || *one != *other) return false;
  }
  return true;
}

Result<Bytes> read_file(const fs::path& path, std::uint64_t max_bytes) { return read_whole<Bytes>(path, max_bytes); }
Result<std::string> read_text(const fs::path& path, std::uint64_t max_bytes) {
  return read_whole<std::string>(path, max_bytes);
}

// "<machine>.<boot>", eight digits each: on a disk that machines share, and after a restart, a process id alone says
// nothing.
static const std::string& this_boot() {
  static const std::string text = [] {
    const auto eight = [](std::string_view of) { return fmt::format("{:08x}", xxh3(of) & 0xffffffff); };
    std::string boot;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
    return eight(host_name()) + "." + eight(boot);
  }();
  return text;
}

// A name may be as long as the system lets it be, so that its temporary one has to be shorter; the extension stays.
fs::path temporary_name(const fs::path& target) {
  constexpr std::size_t longest_extension = 16;
  const std::string prefix = fmt::format("{}{}.{}-", temporary_prefix, this_boot(), ::getpid());
  const std::string extension = target.extension().string();
  if (extension.size() > longest_extension)
    return target.parent_path() / fitting_name(prefix + target.filename().string(), "");
  return target.parent_path() / fitting_name(prefix + target.stem().string(), extension);
}

bool is_temporary(const fs::path& path) { return path.filename().string().starts_with(temporary_prefix); }

enum class OwnTemporaries { left, in_use };  // of an earlier process with the same number, or this one's

// Whether a process may still be filling it.
static bool in_use(const fs::path& temporary, OwnTemporaries own_ones) {
  const auto claim = temporary.filename().string().substr(temporary_prefix.size());
  const auto parts = split(claim.substr(0, claim.find('-')), '.');
  const auto own = split(this_boot(), '.');
  if (parts.size() == 3 && parts[0] != own[0]) {
    constexpr auto at_work = std::chrono::hours(24);
    std::error_code error;
    const auto written = fs::last_write_time(temporary, error);
    return !error && fs::file_time_type::clock::now() - written < at_work;
  }
  if (parts.size() == 3 && parts[1] != own[1]) return false;  // its process ended with that boot
  const int writer = std::atoi(parts.back().c_str());         // older versions wrote nothing else
  if (writer == ::getpid()) return own_ones == OwnTemporaries::in_use;
  return writer > 0 && (::kill(writer, 0) == 0 || errno == EPERM);
}

static int remove_temporaries(const fs::path& folder, OwnTemporaries own_ones) {
  int removed = 0;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!is_temporary(it->path()) || in_use(it->path(), own_ones)) continue;
    if (it->is_regular_file(ignored) && fs::remove(it->path(), ignored)) ++removed;
  }
  return removed;
}

int remove_temporaries(const fs::path& folder) { return remove_temporaries(folder, OwnTemporaries::left); }
int remove_temporaries_of_others(const fs::path& folder) { return remove_temporaries(folder, OwnTemporaries::in_use); }

Result<> sync_file(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0) return io_failure("write", path, errno);
  return {};
}

Result<> sync_folder(const fs::path& path) {
  const fs::path folder = path.empty() ? fs::path(".") : path;
  Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems refuse to sync a folder (EINVAL); the rename itself has happened then.
  if (file.get() < 0) return io_failure("open", folder, errno);
  if (::fsync(file.get()) != 0 && errno != EINVAL) return io_failure("write", folder, errno);
  return {};
}

Result<> make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error && !fs::is_directory(path)) return io_failure("make the folder", path, error.value());
  return {};
}

Result<> write_through(const fs::path& path, const std::function<Result<>(const fs::path&)>& fill,
                       const std::function<Result<>()>& before_rename) {
  if (path.has_parent_path()) TRY_VOID(make_folders(path.parent_path()));
  const fs::path temporary = temporary_name(path);
  auto abandon = [&](Error error) -> Result<> {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    return Failure(std::move(error));
  };
  if (auto filled = fill(temporary); !filled) return abandon(std::move(filled).error());
  if (auto synced = sync_file(temporary); !synced) return abandon(std::move(synced).error());
  if (auto ready = before_rename ? before_rename() : Result<>(); !ready) return abandon(std::move(ready).error());
  if (::rename(temporary.c_str(), path.c_str()) != 0) return abandon(io_failure("write", path, errno).value());
  return sync_folder(path.parent_path());
}

Result<> write_stream(const fs::path& path, const std::function<Result<>(std::ostream&)>& fill) {
  return write_through(path, [&](const fs::path& temporary) -> Result<> {
    std::ofstream out(temporary, std::ios::binary);
    TRY_VOID(fill(out));
    out.close();
    if (out) return {};
    return fail_with_hint(Code::io, fmt::format("Cannot write {}", path.string()),
                          "Check that there is room on that disk and that you may write there.");
  });
}

std::function<void(std::span<const std::uint8_t>)> bytes_to(std::ostream& out) {
  return [&out](std::span<const std::uint8_t> bytes) {
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  };
}

Result<> write_file(const fs::path& path, std::span<const std::uint8_t> bytes) {
  return write_through(path, [&](const fs::path& temporary) { return write_all(temporary, bytes); });
}

Result<> write_text(const fs::path& path, std::string_view text) {
  return write_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace understudy
