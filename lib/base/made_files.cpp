// SPDX-License-Identifier: Apache-2.0
#include "lib/base/made_files.hpp"

#include <xxhash.h>

#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lib/base/formats.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/moves.hpp"
#include "lib/base/path_text.hpp"

namespace understudy {
namespace {

std::int64_t time_of(const fs::path& path) {
  std::error_code error;
  const auto time = fs::last_write_time(path, error);
  return error ? 0 : static_cast<std::int64_t>(time.time_since_epoch().count());
}

struct Made {
  Print print;
  std::string made_of;
};
struct Known {
  Made latest;
  std::vector<Made> before;  // until the latest is known to have been written: a kill may have left any of these
  void take(Made made) {
    if (made.print.time == 0)
      before.push_back(std::move(latest));
    else
      before.clear();
    latest = std::move(made);
  }
};
using Files = std::map<std::string, Known>;

std::string line_of(const std::string& name, const Made& made) {
  const nlohmann::json line{{"file", path_text(name)},
                            {"bytes", made.print.bytes},
                            {"xxh3", fmt::format("{:016x}", made.print.hash)},
                            {"time", made.print.time},
                            {"of", path_text(made.made_of)}};
  return json_text(line) + "\n";
}

bool take_line(const std::string& text, Files& files) {
  const auto line = parse_json(text);
  try {
    if (!line.is_object() || !line.contains("file")) return false;
    Made made;
    made.print.bytes = line.at("bytes");
    made.print.time = line.at("time");
    const std::string hash = line.at("xxh3");
    std::from_chars(hash.data(), hash.data() + hash.size(), made.print.hash, 16);
    made.made_of = path_of_text(line.at("of").get_ref<const std::string&>()).native();
    files[path_of_text(line.at("file").get_ref<const std::string&>()).native()].take(std::move(made));
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

std::string head_line() {
  return json_text(nlohmann::json{{"format", formats::made.name}, {"version", formats::made.version}}) + "\n";
}

}  // namespace

Print print_of(std::span<const std::uint8_t> content) {
  return {content.size(), XXH3_64bits(content.data(), content.size()), 0};
}

Result<Print> print_of(const fs::path& path) {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
  XXH3_64bits_reset(state.get());
  Print print;
  print.time = time_of(path);
  constexpr std::uint64_t piece = 1 << 22;
  for (;;) {
    TRY(const auto bytes, read_range(path, print.bytes, piece));
    XXH3_64bits_update(state.get(), bytes.data(), bytes.size());
    print.bytes += bytes.size();
    if (bytes.size() < piece) break;
  }
  print.hash = XXH3_64bits_digest(state.get());
  return print;
}

bool matches(const fs::path& path, const Print& print) {
  std::error_code error;
  if (fs::is_symlink(path, error)) return false;  // what it leads to is the user's affair
  const auto bytes = fs::file_size(path, error);
  if (error || bytes != print.bytes) return false;
  if (print.time != 0 && time_of(path) == print.time) return true;
  const auto now = print_of(path);
  return now && now->hash == print.hash;
}

struct MadeFiles::Parts {
  fs::path folder, list;
  Files files;
  bool anew = false;  // the list is to be written as a whole before it is added to
  std::ofstream out;
  mutable std::mutex mutex;

  Result<> append(const std::string& name, const Made& made) {
    if (anew) TRY_VOID(rewrite());
    anew = false;
    if (!out.is_open()) out.open(list, std::ios::app | std::ios::binary);
    out << line_of(name, made) << std::flush;
    if (out) return {};
    return fail_with_hint(Code::io, fmt::format("Cannot write {}", list.string()),
                          "Check that there is room on that disk and that you may write there.");
  }
  Result<> rewrite() const {
    std::string all = head_line();
    for (const auto& [name, known] : files) {
      for (const auto& made : known.before) all += line_of(name, made);
      all += line_of(name, known.latest);
    }
    return write_text(list, all);
  }
  Result<> note(const std::string& name, Made made) {
    const std::lock_guard lock(mutex);
    TRY_VOID(append(name, made));
    files[name].take(std::move(made));
    return {};
  }
  std::optional<Known> find(const fs::path& name) const {
    const std::lock_guard lock(mutex);
    const auto known = files.find(name.string());
    return known == files.end() ? std::nullopt : std::optional(known->second);
  }
};

MadeFiles::MadeFiles(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
MadeFiles::MadeFiles(MadeFiles&&) noexcept = default;
MadeFiles& MadeFiles::operator=(MadeFiles&&) noexcept = default;
MadeFiles::~MadeFiles() = default;

Result<MadeFiles> MadeFiles::open(const fs::path& folder) {
  auto parts = std::make_unique<Parts>();
  parts->folder = folder;
  parts->list = folder / ".understudy" / "made.jsonl";
  remove_temporaries(parts->list.parent_path());  // of a run that was killed while it wrote the list anew
  const auto text = read_text(parts->list, std::uint64_t{1} << 31);
  if (!text && text.error().code != Code::not_found) return Failure(text.error());
  std::size_t lines = 0;
  bool whole = text.has_value() && text->ends_with('\n');
  std::istringstream in(text ? *text : std::string());
  for (std::string line; std::getline(in, line); ++lines) {
    if (lines > 0) {
      whole &= take_line(line, parts->files);
      continue;
    }
    const auto head = parse_json(line);
    const auto version = version_in(head, formats::made);
    whole &= version.has_value();
    if (version && *version > formats::made.version)
      return fail_with_hint(Code::newer_version, fmt::format("{} was written by a newer version", parts->list.string()),
                            "Update understudy.");
  }
  constexpr std::size_t lines_a_file = 4, spare_lines = 100;
  parts->anew = !whole || lines > lines_a_file * parts->files.size() + spare_lines;
  return MadeFiles(std::move(parts));
}

const fs::path& MadeFiles::folder() const { return parts_->folder; }

Result<> MadeFiles::write(const fs::path& name, std::span<const std::uint8_t> content, const std::string& made_of) {
  Made made{print_of(content), made_of};
  TRY_VOID(parts_->note(name.string(), made));
  TRY_VOID(write_file(parts_->folder / name, content));
  made.print.time = time_of(parts_->folder / name);
  return parts_->note(name.string(), std::move(made));
}

Result<> MadeFiles::add(const fs::path& name, const std::string& made_of) {
  TRY(const auto print, print_of(parts_->folder / name));
  return parts_->note(name.string(), {print, made_of});
}

Result<> MadeFiles::take_in(const fs::path& from, const fs::path& name, const std::string& made_of) {
  const fs::path to = parts_->folder / name;
  TRY(Print print, print_of(from));
  print.time = 0;  // not there yet
  TRY_VOID(parts_->note(name.string(), {print, made_of}));
  if (to.has_parent_path()) TRY_VOID(make_folders(to.parent_path()));
  if (::rename(from.c_str(), to.c_str()) != 0) {
    if (errno != EXDEV) return io_failure("write", to, errno);
    TRY_VOID(write_through(to, [&](const fs::path& temporary) -> Result<> {
      std::error_code copying;
      fs::copy_file(from, temporary, fs::copy_options::overwrite_existing, copying);
      return copying ? Result<>(io_failure("copy", from, copying.value())) : Result<>();
    }));
    std::error_code error;
    fs::remove(from, error);
    if (error) return io_failure("remove", from, error.value());
  } else {
    TRY_VOID(sync_folder(to.parent_path()));
  }
  print.time = time_of(to);
  return parts_->note(name.string(), {print, made_of});
}

Result<> MadeFiles::disown(std::span<const fs::path> names) {
  constexpr Print of_no_file{.bytes = 0, .hash = 0, .time = 1};  // an empty file has another hash
  for (const auto& name : names)
    if (parts_->find(name)) TRY_VOID(parts_->note(name.string(), {of_no_file, {}}));
  std::error_code ignored;
  return fs::exists(parts_->list, ignored) ? sync_file(parts_->list) : Result<>();
}

std::optional<std::string> MadeFiles::last_made_of(const fs::path& name) const {
  const auto known = parts_->find(name);
  return known ? std::optional(known->latest.made_of) : std::nullopt;
}

std::optional<std::string> MadeFiles::made_of(const fs::path& name) const {
  const auto known = parts_->find(name);
  if (!known) return {};
  if (matches(parts_->folder / name, known->latest.print)) return known->latest.made_of;
  for (const auto& made : known->before)
    if (matches(parts_->folder / name, made.print)) return made.made_of;
  return {};
}

Aside::Aside(fs::path folder, std::function<void(std::string)> tell)
    : folder_(std::move(folder)), tell_(std::move(tell)) {}

// With the mutex held.
Result<fs::path> Aside::place_for(const fs::path& name) {
  if (where_.empty()) {
    where_ = free_backup_name(folder_);
    if (tell_)
      tell_(
          fmt::format("What stands in the way in {} and was not made here, or was changed since, goes to {}: {} first",
                      folder_.string(), where_.string(), name.string()));
  }
  TRY_VOID(make_folders((where_ / name).parent_path()));
  return where_ / name;
}

Result<> Aside::take(const fs::path& name) {
  if (!is_there(folder_ / name)) return {};
  const std::lock_guard lock(*mutex_);
  TRY(const auto to, place_for(name));
  TRY_VOID(rename_without_replacing(folder_ / name, to));
  ++count_;
  return {};
}

Result<> Aside::keep(const fs::path& name) {
  if (!is_there(folder_ / name)) return {};
  const std::lock_guard lock(*mutex_);
  TRY(const auto to, place_for(name));
  std::error_code error;
  fs::create_hard_link(folder_ / name, to, error);
  if (error) {
    TRY_VOID(write_through(to, [&](const fs::path& temporary) -> Result<> {
      std::error_code copied;
      fs::copy_file(folder_ / name, temporary, copied);
      if (copied) return io_failure(fmt::format("copy {} to", name.string()), to, copied.value());
      return {};
    }));
  }
  ++count_;
  return sync_folder(to.parent_path());
}

Result<> Aside::make_way(const MadeFiles& made, const fs::path& name) {
  if (!is_there(folder_ / name) || made.ours(name)) return {};
  return take(name);
}

fs::path free_backup_name(const fs::path& folder) {
  for (int n = 1;; ++n) {
    auto name = beside(folder, fmt::format("_backup-{}", n));
    if (!is_there(name)) return name;
  }
}

Result<fs::path> put_folder_aside(const fs::path& folder) {
  const auto backup = free_backup_name(folder);
  if (::rename(folder.c_str(), backup.c_str()) == 0) {
    TRY_VOID(sync_folder(backup.parent_path()));
    return backup;
  }
  TRY_VOID(make_folders(backup));
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path() != backup && !it->path().filename().string().starts_with(".backup-")) entries.push_back(it->path());
  if (error) return io_failure("list the folder", folder, error.value());
  for (const auto& entry : entries) TRY_VOID(rename_without_replacing(entry, backup / entry.filename()));
  TRY_VOID(sync_folder(backup));
  return backup;
}

Result<> put_file_aside(const fs::path& path, const std::function<void(std::string)>& tell) {
  if (!is_there(path)) return {};
  const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const auto backup = free_backup_name(folder / path.stem());
  if (tell)
    tell(fmt::format("{} was not made here, or was changed since: it is now in {}", path.string(), backup.string()));
  TRY_VOID(make_folders(backup));
  return rename_without_replacing(path, backup / path.filename());
}

// The list of its folder, with what is not ours out of the way.
static Result<MadeFiles> list_for(const fs::path& path, const std::function<void(std::string)>& tell) {
  TRY(auto made, MadeFiles::open(path.has_parent_path() ? path.parent_path() : fs::path(".")));
  if (!made.ours(path.filename())) TRY_VOID(put_file_aside(path, tell));
  return made;
}

Result<> write_over_ours(const fs::path& path, std::span<const std::uint8_t> content,
                         const std::function<void(std::string)>& tell) {
  TRY(auto made, list_for(path, tell));
  return made.write(path.filename(), content);
}

Result<> write_over_ours(const fs::path& path, std::string_view text, const std::function<void(std::string)>& tell) {
  return write_over_ours(path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), tell);
}

Result<> write_over_ours(const fs::path& path, const std::function<Result<>()>& write,
                         const std::function<void(std::string)>& tell) {
  TRY(auto made, list_for(path, tell));
  TRY_VOID(write());
  return made.add(path.filename());
}

}  // namespace understudy
