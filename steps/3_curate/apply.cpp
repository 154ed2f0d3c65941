// SPDX-License-Identifier: Apache-2.0
#include "steps/3_curate/apply.hpp"

#include <set>

#include "lib/base/moves.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/project/recorded_moves.hpp"

namespace understudy {
namespace {

constexpr MoveKind sorts{"sorts", "sort", places_of_faces};

}  // namespace

std::vector<Move> changes_of(const fs::path& folder, const std::vector<CatalogueEntry>& entries, const Order& order) {
  std::vector<Move> changes;
  if (order.as_it_was) return changes;
  // Names that become free.
  std::set<std::string> moving;
  for (const auto& placed : order.kept) moving.insert(entries[placed.entry].name);
  for (const auto i : order.trash) moving.insert(entries[i].name);
  std::size_t number = 0;
  for (const auto& placed : order.kept) {
    const auto& name = entries[placed.entry].name;
    std::string target;
    do target = fmt::format("{:05}{}", number++, fs::path(name).extension().string());
    while (!moving.contains(target) && is_there(folder / target));  // a folder, or a link that leads nowhere, too
    if (target != name) changes.push_back({folder / name, folder / target});
  }
  std::vector<std::string> thrown_out;
  for (const auto i : order.trash) thrown_out.push_back(entries[i].name);
  for (auto& move : moves_to_trash(folder, thrown_out)) changes.push_back(std::move(move));
  return changes;
}

Result<> apply_changes(const fs::path& folder, const std::string& what, std::span<const Move> changes) {
  return move_recorded(folder, sorts, what, changes);
}

Result<TakenBack> undo_last_change(const fs::path& folder) {
  TRY(const auto last, last_recorded(folder, sorts));
  return take_back(folder, sorts, last);
}

}  // namespace understudy
