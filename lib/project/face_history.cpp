// SPDX-License-Identifier: Apache-2.0
#include "lib/project/face_history.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/formats.hpp"
#include "lib/base/move_places.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/seal.hpp"
#include "lib/project/faceset_folder.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr std::uint64_t one_stream = 0;  // the folder as a whole is what is taken back

// Size and time of the last change, which moves and renames leave as they are.
using Print = std::pair<std::uint64_t, std::int64_t>;
std::optional<Print> print_at(const fs::path& path) {
  std::error_code error;
  const fs::directory_entry file(path, error);
  if (error || !file.is_regular_file(error)) return std::nullopt;
  const auto bytes = file.file_size(error);
  const auto time = file.last_write_time(error).time_since_epoch().count();
  return error ? std::nullopt : std::optional(Print{bytes, time});
}

std::string counted(const char* what, std::size_t faces) {
  return fmt::format("{} {} face{}", what, faces, faces == 1 ? "" : "s");
}

// Finds a file under whatever name a sort has given it meanwhile. The folder is read once, and only when needed.
class Finder {
 public:
  fs::path find(const fs::path& expected, const Print& print) {
    if (print_at(expected) == print) return expected;
    const auto folder = expected.parent_path();
    auto& known = folders_[folder];
    if (!known) {
      known.emplace();
      std::error_code error;
      for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        if (const auto at = print_at(it->path())) known->emplace(*at, it->path());
    }
    // Two that look alike cannot be told apart: neither is touched.
    const auto [first, last] = known->equal_range(print);
    return first != last && std::next(first) == last ? first->second : fs::path();
  }

 private:
  std::map<fs::path, std::optional<std::multimap<Print, fs::path>>> folders_;
};

}  // namespace

fs::path FaceHistory::path_of(const fs::path& folder) { return folder / ".understudy" / "faces" / "journal.jsonl"; }

json FaceHistory::to_json(const Entry& entry) {
  json line{{"id", entry.id}, {"group", entry.group}, {"what", entry.what}};
  for (const auto& one : entry.moves) line["moves"].push_back({one.from, one.to, one.bytes, one.time});
  for (const auto& one : entry.facts) line["facts"].push_back({one.key, one.column, one.before, one.after});
  if (!entry.seals.empty()) line["seals"] = entry.seals;
  return line;
}

FaceHistory::Entry FaceHistory::entry_of(const json& line) {
  Entry entry{line.at("id"), line.at("group"), line.at("what"), {}, {}, {}};
  if (line.contains("seals")) entry.seals = line["seals"].get<std::vector<std::string>>();
  if (line.contains("moves"))
    for (const auto& one : line["moves"])
      entry.moves.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>(), one.at(2).get<std::uint64_t>(),
                             one.at(3).get<std::int64_t>()});
  if (line.contains("facts"))
    for (const auto& one : line["facts"])
      entry.facts.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>(), one.at(2).get<std::string>(),
                             one.at(3).get<std::string>()});
  return entry;
}

void FaceHistory::hold(const Entry& entry, bool forward) {
  for (const auto& fact : entry.facts) {
    const auto& value = forward ? fact.after : fact.before;
    auto& column = facts_[fact.column];
    if (value.empty())
      column.erase(fact.key);
    else
      column[fact.key] = value;
  }
}

bool FaceHistory::take_line(const json& line) {
  const bool back = line.contains("undone");
  if (history_.take_mark(line)) {
    const auto id = line.at(back ? "undone" : "redone").get<std::int64_t>();
    for (const auto& entry : history_.entries())
      if (entry.id == id) hold(entry, !back);
    return true;
  }
  const auto entry = entry_of(line);
  hold(entry, true);
  history_.take(entry, one_stream);
  return true;
}

std::string FaceHistory::all_lines() const {
  return history_.all_lines([](const Entry& entry) { return json_text(to_json(entry)) + "\n"; });
}

Result<FaceHistory> FaceHistory::open(const fs::path& folder) {
  std::vector<json> lines;
  TRY(auto journal, JournalFile::open(path_of(folder), formats::face_journal, [&](const json& line) {
        if (!line.contains("undone") && !line.contains("redone")) static_cast<void>(entry_of(line));
        lines.push_back(line);
        return true;
      }));
  FaceHistory history(folder, std::move(journal));
  for (const auto& line : lines) history.take_line(line);
  return history;
}

Result<FaceHistory::Done> FaceHistory::add(Entry entry, std::span<const Move> moves, std::size_t missing) {
  entry.id = history_.next_id();
  entry.group = history_.new_group();
  if (!entry.moves.empty()) {
    auto line = to_json(entry);
    Seal(folder_).put_on(line);
    if (line.contains("seals")) entry.seals = line["seals"].get<std::vector<std::string>>();
  }
  TRY_VOID(journal_.append(json_text(to_json(entry)) + "\n", true, [this] { return all_lines(); }));
  const Done done{entry.what, entry.moves.size() + entry.facts.size(), missing};
  const auto moved = move_faces(folder_, moves);
  if (!moved && !is_there(moves_journal(folder_))) {
    // Nothing was done: nothing is to be taken back, and what was undone before can still be done again.
    TRY_VOID(journal_.rewrite(all_lines()));
    return Failure(moved.error());
  }
  // Where moves are left, the others follow as soon as the folder is taken again: it counts as done.
  history_.take(entry, one_stream);
  hold(entry, true);
  if (!moved) return Failure(moved.error());
  return done;
}

Result<FaceHistory::Done> FaceHistory::throw_out(const std::vector<std::string>& names) {
  std::vector<std::string> there;
  Entry entry;
  for (const auto& name : names)
    if (print_at(folder_ / name)) there.push_back(name);
  if (there.empty()) return fail(Code::not_found, "None of these faces is there any more");
  const auto moves = moves_to_trash(folder_, there);
  for (const auto& move : moves) {
    const auto print = print_at(move.from).value_or(Print{});
    entry.moves.push_back({path_text(move.from.lexically_relative(folder_)),
                           path_text(move.to.lexically_relative(folder_)), print.first, print.second});
  }
  entry.what = counted("throw out", there.size());
  return add(std::move(entry), moves, names.size() - there.size());
}

Result<FaceHistory::Done> FaceHistory::bring_back(const std::vector<std::string>& names) {
  const auto trash = trash_of(folder_);
  std::vector<std::string> there;
  for (const auto& name : names)
    if (print_at(trash / name)) there.push_back(name);
  if (there.empty()) return fail(Code::not_found, "None of these faces is in the trash any more");
  auto moves = moves_from_trash(folder_, there);
  Entry entry;
  std::set<fs::path> taken;
  for (auto& move : moves) {
    move.to = free_name(move.to, taken);
    taken.insert(move.to);
    const auto print = print_at(move.from).value_or(Print{});
    entry.moves.push_back({path_text(move.from.lexically_relative(folder_)),
                           path_text(move.to.lexically_relative(folder_)), print.first, print.second});
  }
  entry.what = counted("bring back", there.size());
  return add(std::move(entry), moves, names.size() - there.size());
}

Result<FaceHistory::Done> FaceHistory::say(std::string what, std::vector<FaceFact> said) {
  Entry entry;
  entry.what = std::move(what);
  for (auto& fact : said) {
    const auto column = facts_.find(fact.column);
    const auto known =
        column == facts_.end() ? std::map<std::string, std::string>::const_iterator() : column->second.find(fact.key);
    std::string before = column == facts_.end() || known == column->second.end() ? std::string() : known->second;
    if (before != fact.value)
      entry.facts.push_back({std::move(fact.key), std::move(fact.column), std::move(before), std::move(fact.value)});
  }
  if (entry.facts.empty()) return Done{entry.what, 0, 0};
  return add(std::move(entry), {}, 0);
}

Result<std::vector<Move>> FaceHistory::plan(const Entry& entry, bool back, std::size_t& missing) const {
  const auto place = [this](const std::string& name) { return (folder_ / path_of_text(name)).lexically_normal(); };
  if (!Seal(folder_).is_on(to_json(entry))) {
    std::vector<fs::path> files;
    for (const auto& one : entry.moves) files.insert(files.end(), {place(one.from), place(one.to)});
    if (auto within = check_places({folder_, {trash_of(folder_)}}, files, path_of(folder_)); !within) {
      auto error = std::move(within).error();
      error.hint = "Nothing was moved. If you trust it, move these faces by hand.";
      return Failure(std::move(error));
    }
  }
  std::vector<Move> moves;
  std::set<fs::path> taken;
  Finder finder;
  for (const auto& one : entry.moves) {
    const auto from = place(back ? one.to : one.from), to = place(back ? one.from : one.to);
    const auto found = finder.find(from, {one.bytes, one.time});
    if (found.empty()) {
      ++missing;
      continue;
    }
    moves.push_back({found, free_name(to, taken)});
    taken.insert(moves.back().to);
  }
  return moves;
}

Result<FaceHistory::Done> FaceHistory::go(std::int64_t group, bool back) {
  Done done;
  for (const auto& entry : history_.of_group(group, !back)) {
    TRY(const auto moves, plan(entry, back, done.missing));
    // Killed between the two, it is done again: files that are back already are not where this looks for them.
    TRY_VOID(move_faces(folder_, moves));
    TRY_VOID(journal_.append(mark_line(entry.id, back), true, [this] { return all_lines(); }));
    history_.mark(entry.id, back);
    hold(entry, !back);
    done.what = entry.what;
    done.faces += moves.size() + entry.facts.size();
  }
  return done;
}

Result<FaceHistory::Done> FaceHistory::undo() {
  const auto group = history_.last_done();
  if (!group) return fail(Code::not_found, "There is nothing to take back");
  return go(*group, true);
}

Result<FaceHistory::Done> FaceHistory::redo() {
  const auto group = history_.first_undone();
  if (!group) return fail(Code::not_found, "There is nothing to do again");
  return go(*group, false);
}

std::string FaceHistory::undo_what() const {
  const auto group = history_.last_done();
  return group ? history_.of_group(*group, false).front().what : std::string();
}
std::string FaceHistory::redo_what() const {
  const auto group = history_.first_undone();
  return group ? history_.of_group(*group, true).front().what : std::string();
}

}  // namespace understudy
