// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/apply.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/formats.hpp"
#include "lib/base/path_text.hpp"
#include "lib/project/faceset_folder.hpp"

namespace understudy {
namespace {

using nlohmann::json;
constexpr std::size_t most_records = 20;

fs::path records_of(const fs::path& folder) { return folder / ".understudy" / "sorts"; }

// Records by age. One that is not called .json yet belongs to a change that was never begun.
std::vector<fs::path> find_records(const fs::path& folder) {
  std::vector<fs::path> records;
  std::error_code error;
  for (fs::directory_iterator it(records_of(folder), error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->path().extension() == ".json") records.push_back(it->path());
    if (it->path().extension() == ".pending") fs::remove(it->path(), ignored);
  }
  std::ranges::sort(records);
  return records;
}

}  // namespace

std::vector<Move> changes_of(const fs::path& folder, const std::vector<CatalogueEntry>& entries, const Order& order) {
  std::vector<Move> changes;
  if (order.as_it_was) return changes;
  std::set<std::string> untouched;
  for (const auto i : order.alone) untouched.insert(entries[i].name);
  std::size_t number = 0;
  for (const auto& placed : order.kept) {
    const auto& name = entries[placed.entry].name;
    std::string target;
    do target = fmt::format("{:05}{}", number++, fs::path(name).extension().string());
    while (untouched.contains(target));
    if (target != name) changes.push_back({folder / name, folder / target});
  }
  std::vector<std::string> thrown_out;
  for (const auto i : order.trash) thrown_out.push_back(entries[i].name);
  for (auto& move : moves_to_trash(folder, thrown_out)) changes.push_back(std::move(move));
  return changes;
}

Result<> apply_changes(const fs::path& folder, const std::string& what, std::span<const Move> changes) {
  if (changes.empty()) return {};
  auto records = find_records(folder);
  const int last = records.empty() ? 0 : std::atoi(records.back().stem().c_str());
  json moves = json::array();
  for (const auto& change : changes)
    moves.push_back(
        {path_text(change.from.lexically_relative(folder)), path_text(change.to.lexically_relative(folder))});
  const json record{
      {"format", formats::sort.name}, {"version", formats::sort.version}, {"what", what}, {"moves", std::move(moves)}};
  const fs::path target = records_of(folder) / fmt::format("{:06}.json", last + 1);
  const fs::path pending = fs::path(target).replace_extension(".pending");
  TRY_VOID(write_text(pending, json_text(record) + "\n"));
  // The record gets its name with the files: a kill leaves both or none.
  std::vector<Move> plan(changes.begin(), changes.end());
  plan.push_back({pending, target});
  TRY_VOID(move_files(moves_journal(folder), plan));
  for (std::size_t i = 0; i + most_records <= records.size(); ++i) {
    std::error_code ignored;
    fs::remove(records[i], ignored);
  }
  return {};
}

Result<Undone> undo_last_change(const fs::path& folder) {
  const auto records = find_records(folder);
  if (records.empty()) return fail(Code::not_found, "There is no sort of {} that could be taken back", folder.string());
  TRY(const std::string text, read_text(records.back()));
  const auto record = json::parse(text, nullptr, false);
  if (version_in(record, formats::sort) != formats::sort.version || !record.contains("moves"))
    return fail(Code::bad_file, "{} is damaged or of a newer version", records.back().string());
  Undone undone;
  if (record.contains("what") && record["what"].is_string()) undone.what = record["what"];
  std::vector<Move> plan;
  std::set<fs::path> sources, targets;
  for (const auto& move : record["moves"]) {
    if (!move.is_array() || move.size() != 2 || !move[0].is_string() || !move[1].is_string())
      return fail(Code::bad_file, "{} is damaged", records.back().string());
    const auto now = (folder / path_of_text(move[1].get_ref<const std::string&>())).lexically_normal();
    const auto before = (folder / path_of_text(move[0].get_ref<const std::string&>())).lexically_normal();
    if (is_there(now)) {
      plan.push_back({now, before});
      sources.insert(now);
    } else {
      ++undone.missing;
    }
  }
  for (auto& move : plan) {
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
  const fs::path done = fs::path(records.back()).replace_extension(".undone");
  std::error_code ignored;
  fs::remove(done, ignored);
  plan.push_back({records.back(), done});
  TRY_VOID(move_files(moves_journal(folder), plan));
  fs::remove(done, ignored);
  return undone;
}

}  // namespace understudy
