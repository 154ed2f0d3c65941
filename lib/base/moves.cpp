// SPDX-License-Identifier: Apache-2.0
#include "lib/base/moves.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/formats.hpp"
#include "lib/base/io_failure.hpp"
#include "lib/base/limits.hpp"
#include "lib/base/move_places.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/same_bytes.hpp"
#include "lib/base/seal.hpp"

namespace understudy {

bool is_there(const fs::path& path) {
  std::error_code ignored;
  const auto type = fs::symlink_status(path, ignored).type();
  return type != fs::file_type::not_found && type != fs::file_type::none;  // none: it cannot even be asked for
}

bool on_one_disk(const fs::path& a, const fs::path& b) {
  struct stat first {
  }, second{};
  return ::lstat(a.c_str(), &first) == 0 && ::lstat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev;
}

namespace {

// A move whose target is still another file's name goes by way of a third name; so does one whose own name another file
// gets, for else a rerun could not tell that file from one not moved yet.
struct Step {
  fs::path from, via, to;  // via is empty for a direct move
};

struct Journal {
  bool staged = false;  // every file that goes by way of a third name has got it
  bool ours = false;    // sealed: this user's own run wrote it
  std::vector<Step> steps;
};

// What a journal stands for: FOLDER of FOLDER/.understudy/moves.json, however deep within.
fs::path folder_of(const fs::path& journal) {
  for (auto path = journal.parent_path(); path.has_relative_path(); path = path.parent_path())
    if (path.filename() == ".understudy") return path.has_parent_path() ? path.parent_path() : ".";
  return journal.has_parent_path() ? journal.parent_path() : ".";
}

std::vector<fs::path> files_of(const Journal& journal) {
  std::vector<fs::path> files;
  for (const auto& step : journal.steps)
    for (const auto& file : {step.from, step.via, step.to})
      if (!file.empty()) files.push_back(file);
  return files;
}

// As the journal keeps it: relative to its own folder, so that a folder may be moved between a kill and the rerun.
std::string kept(const fs::path& path, const fs::path& journal) {
  const auto relative = path.empty() ? path : path.lexically_relative(journal.parent_path());
  return path_text(relative.empty() ? path : relative);
}
fs::path found(const std::string& text, const fs::path& journal) {
  return text.empty() ? fs::path() : (journal.parent_path() / path_of_text(text)).lexically_normal();
}

Result<> write_journal(const fs::path& path, const Journal& journal) {
  nlohmann::json steps = nlohmann::json::array();
  for (const auto& step : journal.steps)
    steps.push_back({kept(step.from, path), kept(step.via, path), kept(step.to, path)});
  nlohmann::json json{{"format", formats::moves.name},
                      {"version", formats::moves.version},
                      {"staged", journal.staged},
                      {"moves", std::move(steps)}};
  if (journal.ours) Seal(folder_of(path)).put_on(json);
  return write_text(path, json_text(json) + "\n");
}

Result<Journal> read_journal(const fs::path& path) {
  TRY(const std::string text, read_text(path));
  try {
    const auto json = parse_json(text);
    if (!json.is_object()) return fail(Code::bad_file, "{} is damaged", path.string());
    if (json.at("version") != formats::moves.version)
      return fail(Code::newer_version, "{} was written by a newer version", path.string());
    Journal journal;
    journal.staged = json.at("staged");
    journal.ours = Seal(folder_of(path)).is_on(json);
    for (const auto& step : json.at("moves"))
      journal.steps.push_back({found(step.at(0), path), found(step.at(1), path), found(step.at(2), path)});
    for (const auto& step : journal.steps)
      if (step.from.empty() || step.to.empty()) return fail(Code::bad_file, "{} is damaged", path.string());
    return journal;
  } catch (const nlohmann::json::exception& error) {
    return fail(Code::bad_file, "{} is damaged: {}", path.string(), error.what());
  }
}

Result<> sync_folders(const std::vector<Step>& steps) {
  std::set<fs::path> folders;
  for (const auto& step : steps) {
    folders.insert(step.from.parent_path());
    folders.insert(step.to.parent_path());
  }
  for (const auto& folder : folders) TRY_VOID(sync_folder(folder));
  return {};
}

// As is_there(), where a wrong no would take a file for one that is moved already.
Result<bool> surely_there(const fs::path& path) {
  std::error_code error;
  const auto type = fs::symlink_status(path, error).type();
  if (type == fs::file_type::none) return io_failure("look at", path, error.value());
  return type != fs::file_type::not_found;
}

// From one file system to another: whole under a temporary name, then under its own, then gone where it was.
Result<> copy_over(const fs::path& from, const fs::path& to) {
  if (is_there(to)) return fail(Code::io, "Cannot move {} to {}: File exists", from.string(), to.string());
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(from, error)))
    return fail_with_hint(Code::io,
                          fmt::format("{} is not a plain file and cannot be taken to another disk", from.string()),
                          "Move it by hand.");
  const fs::path temporary = temporary_name(to);
  const auto copied = [&]() -> Result<> {
    fs::copy_file(from, temporary, fs::copy_options::overwrite_existing, error);
    if (!error) fs::last_write_time(temporary, fs::last_write_time(from, error), error);
    if (error) return io_failure(fmt::format("copy {} to", from.string()), to, error.value());
    TRY_VOID(sync_file(temporary));
    return rename_without_replacing(temporary, to);
  }();
  if (!copied) {
    fs::remove(temporary, error);
    return copied;
  }
  TRY_VOID(sync_folder(to.parent_path()));
  if (::unlink(from.c_str()) == 0) return {};
  const int refused = errno;
  return during(io_failure("remove", from, refused).value(), fmt::format("moving it to {}", to.string()));
}

// As rename_without_replacing(), but what a kill left half moved between two disks is completed.
Result<> move_on(const fs::path& from, const fs::path& to) {
  if (is_there(to) && !on_one_disk(from, to) && same_bytes(from, to)) {
    std::error_code error;
    fs::remove(from, error);
    if (error) return io_failure("remove", from, error.value());
    return {};
  }
  return rename_without_replacing(from, to);
}

// Goes on from wherever a kill left it: a file that is no longer where it was has been moved already.
Result<> carry_out(const fs::path& path, Journal& journal) {
  for (const auto& step : journal.steps) {
    TRY_VOID(make_folders(step.to.parent_path()));
    if (journal.staged || step.via.empty()) continue;
    TRY(const bool waits, surely_there(step.from));
    TRY(const bool staged, surely_there(step.via));
    if (waits && !staged) TRY_VOID(move_on(step.from, step.via));
  }
  TRY_VOID(sync_folders(journal.steps));
  if (!journal.staged) {
    journal.staged = true;
    TRY_VOID(write_journal(path, journal));
  }
  for (const auto& step : journal.steps) {
    const auto& from = step.via.empty() ? step.from : step.via;
    TRY(const bool waits, surely_there(from));
    if (waits) TRY_VOID(move_on(from, step.to));
  }
  TRY_VOID(sync_folders(journal.steps));
  std::error_code error;
  fs::remove(path, error);
  if (error) return io_failure("remove", path, error.value());
  return sync_folder(path.parent_path());
}

// Whether all files are still where they were: then the journal may go, and with it what would fail again and again.
bool untouched(const Journal& journal) {
  return std::ranges::all_of(journal.steps, [&](const Step& step) {
    if (!is_there(step.from)) return false;
    return step.via.empty() ? !is_there(step.to) : !journal.staged && !is_there(step.via);
  });
}

// The way back, from where carry_out() failed in this very process. False where a file could not go back: the journal
// has to stay then, and whoever comes next goes forward.
bool put_back(const Journal& journal) {
  for (const auto& step : journal.steps) {
    const auto& last = step.via.empty() ? step.from : step.via;
    const bool may_have_gone = journal.staged || step.via.empty();
    if (may_have_gone && !is_there(last) && is_there(step.to) && !rename_without_replacing(step.to, last)) return false;
  }
  for (const auto& step : journal.steps)
    if (!step.via.empty() && is_there(step.via) && !rename_without_replacing(step.via, step.from)) return false;
  return std::ranges::all_of(journal.steps, [](const Step& step) { return is_there(step.from); }) &&
         sync_folders(journal.steps);
}

Result<> drop(const fs::path& journal) {
  std::error_code error;
  fs::remove(journal, error);
  if (error) return io_failure("remove", journal, error.value());
  return {};
}

// The folder itself, or what it will be made in.
fs::path nearest_there(fs::path folder) {
  while (!folder.empty() && !is_there(folder) && folder.has_parent_path() && folder.parent_path() != folder)
    folder = folder.parent_path();
  return folder.empty() || !is_there(folder) ? "." : folder;
}

// Only plain files can be copied to another disk.
Result<> check_disk(const Move& move) {
  std::error_code error;
  if (fs::is_regular_file(fs::symlink_status(move.from, error))) return {};
  // With the dot, for the folder may be a link.
  if (on_one_disk(move.from, nearest_there(move.to.parent_path()) / ".")) return {};
  return fail_with_hint(Code::io,
                        fmt::format("{} is not a plain file and cannot be taken to another disk", move.from.string()),
                        "Move it by hand.");
}

Result<> check_writable(const std::set<fs::path>& files) {
  std::set<fs::path> folders;
  for (const auto& file : files) folders.insert(nearest_there(file.parent_path()));
  for (const auto& folder : folders) {
    if (::access(folder.c_str(), W_OK | X_OK) != 0) return io_failure("rename files in", folder, errno);
  }
  return {};
}

Result<Journal> planned(std::span<const Move> moves) {
  Journal journal{.ours = true};
  std::set<fs::path> sources, targets;
  for (const auto& move : moves) sources.insert(move.from);
  for (const auto& move : moves) {
    if (!is_there(move.from)) return fail(Code::not_found, "There is no file {}", move.from.string());
    if (!targets.insert(move.to).second)
      return fail(Code::bad_option, "Two files would get the name {}", move.to.string());
  }
  TRY_VOID(check_writable(sources));
  TRY_VOID(check_writable(targets));
  for (const auto& move : moves) {
    if (move.from == move.to) continue;
    const bool taken = sources.contains(move.to);
    if (!taken && is_there(move.to)) return fail(Code::bad_option, "{} exists already", move.to.string());
    TRY_VOID(check_disk(move));
    fs::path via;
    if (taken || targets.contains(move.from))
      via = move.to.parent_path() /
            fmt::format(".understudy-move-{}{}", journal.steps.size(), move.to.extension().string());
    journal.steps.push_back({move.from, via, move.to});
  }
  TRY_VOID(check_apart(files_of(journal)));
  return journal;
}

}  // namespace

Result<> rename_without_replacing(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  // Some file systems do not know the flag.
  const bool plain = errno == EINVAL && !is_there(to);
  if (plain && ::rename(from.c_str(), to.c_str()) == 0) return {};
  if (errno == EXDEV) return copy_over(from, to);
  const int error = errno;
  return io_failure(fmt::format("move {} to", from.string()), to, error);
}

Result<> move_files(const fs::path& journal, std::span<const Move> moves, const std::vector<fs::path>& also) {
  TRY_VOID(finish_moves(journal, also));
  TRY(Journal plan, planned(moves));
  if (plan.steps.empty()) return {};
  TRY_VOID(write_journal(journal, plan));
  auto done = carry_out(journal, plan);
  if (!done && put_back(plan)) TRY_VOID(drop(journal));
  return done;
}

Result<bool> finish_moves(const fs::path& journal, const std::vector<fs::path>& also) {
  TRY(const bool unfinished, surely_there(journal));
  if (!unfinished) return false;
  TRY(Journal left, read_journal(journal));
  if (!left.ours) TRY_VOID(check_places({folder_of(journal), also}, files_of(left), journal));
  if (!left.staged && untouched(left)) {
    TRY_VOID(drop(journal));
    return false;
  }
  auto done = carry_out(journal, left);
  if (done) return true;
  // Killed before the first of them, and none can be done now.
  if (untouched(left)) {
    TRY_VOID(drop(journal));
    return false;
  }
  auto error = std::move(done).error();
  if (error.hint.empty()) error.hint = "Put that right, and run the command again: the files that were moved stay so.";
  return during(std::move(error), fmt::format("completing the moves that {} lists", journal.string()));
}

fs::path numbered_name(const fs::path& wanted, int number) {
  const auto ending = fmt::format("~{}{}", number, wanted.extension().string());
  auto stem = wanted.stem().string();
  const auto room = longest_name - std::min(longest_name, ending.size());
  if (stem.size() > room) {
    // Not within a letter of UTF-8, whose further bytes are told by their first two bits.
    auto end = room;
    while (end > 0 && (static_cast<unsigned char>(stem[end]) & 0xc0) == 0x80) --end;
    stem.resize(end > 0 ? end : room);
  }
  return wanted.parent_path() / (stem + ending);
}

fs::path free_name(const fs::path& wanted, const std::set<fs::path>& taken) {
  fs::path name = wanted;
  for (int n = 2; is_there(name) || taken.contains(name); ++n) name = numbered_name(wanted, n);
  return name;
}

fs::path beside(const fs::path& folder, std::string_view suffix) {
  auto name = folder.lexically_normal();
  if (!name.has_filename()) name = name.parent_path();  // "aligned/"
  std::error_code error;
  if (fs::is_symlink(name, error)) {
    const auto real = fs::canonical(name, error);
    if (!error) name = real;
  }
  const fs::path usual = name.string() + std::string(suffix);
  const bool of_its_own = is_there(name) && !on_one_disk(name, name.parent_path().empty() ? "." : name.parent_path());
  return of_its_own && !is_there(usual) ? name / ("." + std::string(suffix.substr(1))) : usual;
}

fs::path trash_of(const fs::path& folder) { return beside(folder, "_trash"); }

std::vector<Move> moves_to_trash(const fs::path& folder, std::span<const std::string> names) {
  std::vector<Move> moves;
  std::set<fs::path> taken;
  for (const auto& name : names) {
    const fs::path target = free_name(trash_of(folder) / name, taken);
    taken.insert(target);
    moves.push_back({folder / name, target});
  }
  return moves;
}

std::vector<Move> moves_from_trash(const fs::path& folder, std::span<const std::string> names) {
  std::vector<Move> moves;
  for (const fs::path name : names) {
    auto stem = name.stem().string();
    const auto mark = stem.rfind('~');
    const bool numbered = mark != std::string::npos && mark > 0 && mark + 1 < stem.size() &&
                          stem.find_first_not_of("0123456789", mark + 1) == std::string::npos;
    if (numbered) stem.resize(mark);
    moves.push_back({trash_of(folder) / name, folder / name.parent_path() / (stem + name.extension().string())});
  }
  return moves;
}

}  // namespace understudy
