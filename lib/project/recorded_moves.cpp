// SPDX-License-Identifier: Apache-2.0
#include "lib/project/recorded_moves.hpp"

#include <algorithm>
#include <charconv>
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
constexpr std::size_t most_records = 20;

fs::path records_of(const fs::path& folder, const MoveKind& kind) { return folder / ".understudy" / kind.records; }

constexpr int highest = 999'999'999;

std::string name_of(int number) { return fmt::format("{:06}", number); }

// 0 for whatever else somebody put there: what no record of ours is called.
int number_of(const fs::path& record) {
  const auto stem = record.stem().string();
  int number = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  return error == std::errc() && number <= highest && stem == name_of(number) ? number : 0;
}

// By age. Those called .pending are of changes that are being made at this moment, or were never begun. A link to a
// folder elsewhere holds none: records that are no longer needed are removed.
std::vector<fs::path> find_records(const fs::path& folder, const MoveKind& kind, const char* extension = ".json") {
  std::vector<fs::path> records;
  std::error_code error;
  if (fs::is_symlink(records_of(folder, kind), error)) return records;
  for (fs::directory_iterator it(records_of(folder, kind), error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->path().extension() == extension && number_of(it->path()) > 0 &&
        fs::is_regular_file(it->symlink_status(ignored)))
      records.push_back(it->path());
  }
  std::ranges::sort(records, {}, number_of);
  return records;
}

// The first number from `number` on that neither a record bears nor anything else that somebody put there.
int free_number(const fs::path& folder, int number) {
  while (is_there(folder / (name_of(number) + ".json")) || is_there(folder / (name_of(number) + ".pending"))) ++number;
  return number;
}

// The number of the next record. Where somebody's records leave no higher one, all are numbered anew in their order:
// each moves down to a number that those before it have left.
Result<int> next_number(const fs::path& folder, std::vector<fs::path>& records) {
  const int next = free_number(folder, records.empty() ? 1 : number_of(records.back()) + 1);
  if (next <= highest) return next;
  int number = 1;
  for (auto& record : records) {
    number = std::min(free_number(folder, number), number_of(record));
    const auto to = folder / (name_of(number++) + ".json");
    if (to != record) TRY_VOID(rename_without_replacing(record, to));
    record = to;
  }
  return free_number(folder, number);
}

Result<> check_records_folder(const fs::path& records) {
  std::error_code ignored;
  if (!fs::is_symlink(records, ignored)) return {};
  return fail_with_hint(Code::bad_file, fmt::format("{} is a link", records.string()),
                        "Remove the link: what was moved is recorded in the folder itself.");
}

}  // namespace

Result<> move_recorded(const fs::path& folder, const MoveKind& kind, const std::string& what,
                       std::span<const Move> changes) {
  if (changes.empty()) return {};
  TRY_VOID(check_records_folder(records_of(folder, kind)));
  // With the folder taken and its moves finished, a pending record is of a change that was never begun. Whoever only
  // looks leaves it: it may be the one record of a change that was killed half done.
  TRY_VOID(finish_moves(moves_journal(folder), kind.also(folder)));
  std::error_code gone;
  for (const auto& pending : find_records(folder, kind, ".pending")) fs::remove(pending, gone);
  auto records = find_records(folder, kind);
  TRY(const int number, next_number(records_of(folder, kind), records));
  json moves = json::array();
  for (const auto& change : changes)
    moves.push_back(
        {path_text(change.from.lexically_relative(folder)), path_text(change.to.lexically_relative(folder))});
  json record{
      {"format", formats::sort.name}, {"version", formats::sort.version}, {"what", what}, {"moves", std::move(moves)}};
  Seal(folder).put_on(record);
  const fs::path target = records_of(folder, kind) / (name_of(number) + ".json");
  const fs::path pending = fs::path(target).replace_extension(".pending");
  TRY_VOID(write_text(pending, json_text(record) + "\n"));
  // The record gets its name with the files: a kill leaves both or none.
  std::vector<Move> plan(changes.begin(), changes.end());
  plan.push_back({pending, target});
  TRY_VOID(move_files(moves_journal(folder), plan, kind.also(folder)));
  for (std::size_t i = 0; i + most_records <= records.size(); ++i) {
    std::error_code ignored;
    fs::remove(records[i], ignored);
  }
  return {};
}

Result<RecordedMoves> last_recorded(const fs::path& folder, const MoveKind& kind) {
  const auto records = find_records(folder, kind);
  if (records.empty())
    return fail(Code::not_found, "There is no {} of {} that could be taken back", kind.noun, folder.string());
  RecordedMoves found{records.back(), {}, {}};
  TRY(const std::string text, read_text(found.record));
  const auto record = parse_json(text);
  if (version_in(record, formats::sort) != formats::sort.version || !record.contains("moves"))
    return fail(Code::bad_file, "{} is damaged or of a newer version", found.record.string());
  if (record.contains("what") && record["what"].is_string()) found.what = record["what"];
  const auto place = [&folder](const json& name) {
    return (folder / path_of_text(name.get_ref<const std::string&>())).lexically_normal();
  };
  for (const auto& move : record["moves"]) {
    if (!move.is_array() || move.size() != 2 || !move[0].is_string() || !move[1].is_string())
      return fail(Code::bad_file, "{} is damaged", found.record.string());
    found.moves.push_back({place(move[0]), place(move[1])});
  }
  if (Seal(folder).is_on(record)) return found;
  std::vector<fs::path> files;
  for (const auto& move : found.moves) files.insert(files.end(), {move.from, move.to});
  TRY_VOID(check_places({folder, kind.also(folder)}, files, found.record));
  return found;
}

Result<TakenBack> take_back(const fs::path& folder, const MoveKind& kind, const RecordedMoves& change) {
  TakenBack undone{.what = change.what};
  std::vector<Move> plan;
  std::set<fs::path> sources, targets;
  for (const auto& move : change.moves) {
    if (is_there(move.to)) {
      plan.push_back({move.to, move.from});
      sources.insert(move.to);
    } else {
      ++undone.missing;
    }
  }
  for (auto& move : plan) {
    // A folder without anything in it, as a new workspace or an extraction without faces makes it, is no newcomer.
    // One with anything in it is not removed by this, and a link to one is none.
    std::error_code error;
    if (!sources.contains(move.to) && fs::is_directory(fs::symlink_status(move.to, error))) fs::remove(move.to, error);
    // A name that a file of the list gives up is free; one that a newcomer bears is not.
    if (targets.contains(move.to) || (!sources.contains(move.to) && is_there(move.to))) {
      std::set<fs::path> taken = targets;
      taken.insert(sources.begin(), sources.end());
      move.to = free_name(move.to, taken);
      ++undone.renamed;
    }
    targets.insert(move.to);
  }
  undone.restored = plan.size();
  fs::path done = fs::path(change.record).replace_extension(".undone");
  std::error_code ignored;
  fs::remove(done, ignored);  // of a taking back that was killed; what else bears the name is not ours
  if (is_there(done)) done = free_name(done, targets);
  plan.push_back({change.record, done});
  TRY_VOID(move_files(moves_journal(folder), plan, kind.also(folder)));
  fs::remove(done, ignored);
  return undone;
}

}  // namespace understudy
