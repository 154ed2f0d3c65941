// SPDX-License-Identifier: Apache-2.0
#include "lib/base/moves.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/path_text.hpp"

namespace understudy {
namespace {

// A move whose target is still another file's name goes by way of a third name; so does one whose own name another file
// gets, for else a rerun could not tell that file from one not moved yet.
struct Step {
  fs::path from, via, to;  // via is empty for a direct move
};

struct Journal {
  bool staged = false;  // every file that goes by way of a third name has got it
  std::vector<Step> steps;
};

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
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
  const nlohmann::json json{
      {"format", "understudy.moves"}, {"version", 1}, {"staged", journal.staged}, {"moves", std::move(steps)}};
  return write_text(path, json_text(json) + "\n");
}

Result<Journal> read_journal(const fs::path& path) {
  TRY(const std::string text, read_text(path));
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("version") != 1) return fail(Code::newer_version, "{} was written by a newer version", path.string());
    Journal journal;
    journal.staged = json.at("staged");
    for (const auto& step : json.at("moves"))
      journal.steps.push_back({found(step.at(0), path), found(step.at(1), path), found(step.at(2), path)});
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

// Goes on from wherever a kill left it: a file that is no longer where it was has been moved already.
Result<> carry_out(const fs::path& path, Journal& journal) {
  for (const auto& step : journal.steps) {
    TRY_VOID(make_folders(step.to.parent_path()));
    if (!journal.staged && !step.via.empty() && is_there(step.from) && !is_there(step.via))
      TRY_VOID(rename_without_replacing(step.from, step.via));
  }
  TRY_VOID(sync_folders(journal.steps));
  if (!journal.staged) {
    journal.staged = true;
    TRY_VOID(write_journal(path, journal));
  }
  for (const auto& step : journal.steps) {
    const auto& from = step.via.empty() ? step.from : step.via;
    if (is_there(from)) TRY_VOID(rename_without_replacing(from, step.to));
  }
  TRY_VOID(sync_folders(journal.steps));
  std::error_code error;
  fs::remove(path, error);
  if (error) return fail(Code::io, "Cannot remove {}: {}", path.string(), error.message());
  return sync_folder(path.parent_path());
}

Result<> check_writable(const std::set<fs::path>& files) {
  std::set<fs::path> folders;
  for (const auto& file : files) folders.insert(file.parent_path());
  for (const auto& folder : folders) {
    if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0)
      return fail_with_hint(Code::io,
                            fmt::format("Cannot rename files in {}: {}", folder.string(), std::strerror(errno)),
                            "Check that you may write there.");
  }
  return {};
}

Result<Journal> planned(std::span<const Move> moves) {
  Journal journal;
  std::set<fs::path> sources, targets;
  for (const auto& move : moves) sources.insert(move.from);
  for (const auto& move : moves) {
    if (!is_there(move.from)) return fail(Code::not_found, "There is no file {}", move.from.string());
    if (!targets.insert(move.to).second)
      return fail(Code::bad_option, "Two files would get the name {}", move.to.string());
  }
  TRY_VOID(check_writable(sources));
  for (const auto& move : moves) {
    if (move.from == move.to) continue;
    const bool taken = sources.contains(move.to);
    if (!taken && is_there(move.to)) return fail(Code::bad_option, "{} exists already", move.to.string());
    fs::path via;
    if (taken || targets.contains(move.from))
      via = move.to.parent_path() /
            fmt::format(".understudy-move-{}{}", journal.steps.size(), move.to.extension().string());
    journal.steps.push_back({move.from, via, move.to});
  }
  return journal;
}

}  // namespace

Result<> rename_without_replacing(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  // Some file systems do not know the flag.
  const bool plain = errno == EINVAL && !is_there(to);
  if (plain && ::rename(from.c_str(), to.c_str()) == 0) return {};
  return fail_with_hint(Code::io,
                        fmt::format("Cannot move {} to {}: {}", from.string(), to.string(), std::strerror(errno)),
                        errno == EACCES || errno == EROFS ? "Check that you may write there." : "");
}

Result<> move_files(const fs::path& journal, std::span<const Move> moves) {
  TRY_VOID(finish_moves(journal));
  TRY(Journal plan, planned(moves));
  if (plan.steps.empty()) return {};
  TRY_VOID(write_journal(journal, plan));
  return carry_out(journal, plan);
}

Result<bool> finish_moves(const fs::path& journal) {
  if (!is_there(journal)) return false;
  TRY(Journal left, read_journal(journal));
  TRY_VOID(carry_out(journal, left));
  return true;
}

fs::path numbered_name(const fs::path& wanted, int number) {
  return wanted.parent_path() / fmt::format("{}~{}{}", wanted.stem().string(), number, wanted.extension().string());
}

fs::path free_name(const fs::path& wanted, const std::set<fs::path>& taken) {
  fs::path name = wanted;
  for (int n = 2; is_there(name) || taken.contains(name); ++n) name = numbered_name(wanted, n);
  return name;
}

fs::path trash_of(const fs::path& folder) {
  auto name = folder.lexically_normal();
  if (!name.has_filename()) name = name.parent_path();  // "aligned/"
  return name.string() + "_trash";
}

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
