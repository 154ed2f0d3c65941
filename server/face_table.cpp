// SPDX-License-Identifier: Apache-2.0
#include "server/face_table.hpp"

#include <algorithm>
#include <chrono>

#include "lib/base/child.hpp"
#include "lib/base/path_text.hpp"
#include "lib/base/stopwatch.hpp"
#include "lib/base/system.hpp"
#include "lib/project/faceset_folder.hpp"
#include "lib/selection/reasons.hpp"
#include "server/json_facts.hpp"

namespace understudy::studio {
namespace {

// One file, as long as nothing of it changes.
std::string file_text(const CatalogueEntry& entry) {
  return fmt::format("{}/{}/{}", entry.name, entry.bytes, entry.time);
}

}  // namespace

std::string version_of(const CatalogueEntry& entry) {
  return fmt::format("{:x}-{:x}", static_cast<std::uint64_t>(entry.time), entry.bytes);
}

FaceTables::FaceTables(Workspace workspace) : workspace_(std::move(workspace)), epoch_(random_hex(6)) {}

// Why there is no catalogue to read, or nothing.
std::string FaceTables::open_reader() {
  if (reader_ && reader_->still_there()) return {};
  reader_.reset();
  const auto database = workspace_.catalogue();
  std::error_code error;
  if (!fs::exists(database, error)) return "The faces are not measured yet";
  auto opened = CatalogueReader::open(database, workspace_.root);
  if (!opened) return to_sentence(opened.error());
  reader_ = *std::move(opened);
  ++opened_;
  return {};
}

Result<FaceTablePtr> FaceTables::of(Side side) {
  const std::lock_guard lock(mutex_);
  auto& kept = kept_[side];
  const auto folder = workspace_.aligned(side);
  const auto stamp = change_stamp(folder), journal = change_stamp(FaceHistory::path_of(folder));
  std::string trouble = open_reader();
  std::int64_t catalogue = -1;
  if (reader_) {
    const auto version = reader_->version();
    if (version)
      catalogue = (opened_ << 32) + *version;
    else
      trouble = to_sentence(version.error());
  }
  const bool same_rows = catalogue == kept.catalogue && (catalogue >= 0 || kept.known.empty());
  // Those who ask at the same time wait for one look.
  constexpr auto same_time = std::chrono::milliseconds(30);
  const bool looked = kept.settled || std::chrono::steady_clock::now() - kept.looked < same_time;
  if (kept.table && same_rows && looked && stamp == kept.folder && journal == kept.journal) return kept.table;
  const bool calm = settled(folder);
  if (!same_rows) {
    kept.known.clear(), kept.aside.clear();
    auto known = reader_ ? reader_->of_folder(folder) : Result<std::vector<CatalogueEntry>>();
    auto aside = reader_ ? reader_->aside() : Result<std::vector<CatalogueEntry>>();
    if (known && aside)
      kept.known = *std::move(known), kept.aside = *std::move(aside);
    else {
      trouble = to_sentence(known ? aside.error() : known.error());
      catalogue = -2;  // as it was never seen: the next look reads it again
    }
  }
  std::vector<CatalogueEntry> entries;
  if (stamp != 0) {
    TRY(entries, faces_now(folder, kept.known, kept.aside));
  }
  kept.folder = stamp, kept.journal = journal, kept.catalogue = catalogue, kept.settled = calm;
  kept.table = build(side, kept, std::move(entries), std::move(trouble));
  kept.looked = std::chrono::steady_clock::now();
  return kept.table;
}

// What was said of the faces. Those that are not measured are known by what their files say, which is read only where
// something was said of any face, and a part at a time: whoever asks next goes on with it.
void FaceTables::lay_over(Kept& kept, FaceTable& table, const FaceHistory& history) {
  constexpr double at_once = 0.5;  // seconds
  const auto said = [&](const char* column) {
    const auto found = history.facts().find(column);
    return found != history.facts().end() && !found->second.empty();
  };
  const bool anything = said("mark") || said("person");
  const Stopwatch since;
  std::unordered_map<std::string, FaceOrigin> origins;
  std::vector<CatalogueEntry*> told;
  for (auto& entry : table.entries) {
    if (entry.id != 0 || !anything) continue;
    auto file = file_text(entry);
    const auto known = kept.origins.find(file);
    if (known == kept.origins.end() && since.seconds() > at_once) {
      kept.settled = false;
      continue;
    }
    auto origin = known == kept.origins.end() ? face_origin(entry.path) : std::move(known->second);
    entry.source = origin.source;
    entry.numbers.rect_size = origin.rect_size;
    told.push_back(&entry);
    origins.emplace(std::move(file), std::move(origin));
  }
  kept.origins = std::move(origins);
  table.person_names = take_said(table.entries, history.facts());
  // Not measured is not measured: no list shows or orders by what only the name needs.
  for (auto* entry : told) {
    entry->source.clear();
    entry->numbers.rect_size = unknown;
  }
}

std::string FaceTables::key_of(const FaceTable& table, std::uint32_t at) {
  const auto& entry = table.entries[at];
  if (entry.id != 0) return face_key(entry);
  const std::lock_guard lock(mutex_);
  auto& origins = kept_[table.side].origins;
  auto file = file_text(entry);
  auto known = origins.find(file);
  if (known == origins.end()) known = origins.emplace(std::move(file), face_origin(entry.path)).first;
  auto named = entry;
  named.source = known->second.source;
  named.numbers.rect_size = known->second.rect_size;
  return face_key(named);
}

FaceTablePtr FaceTables::build(Side side, Kept& kept, std::vector<CatalogueEntry> entries, std::string trouble) {
  auto table = std::make_shared<FaceTable>();
  table->side = side;
  table->folder = workspace_.aligned(side);
  table->entries = std::move(entries);
  table->trouble = std::move(trouble);
  const auto count = table->entries.size();
  std::unordered_map<std::string, std::uint32_t> ids;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& entry = table->entries[i];
    auto file = file_text(entry);
    const auto known = kept.ids.find(file);
    const auto id = known == kept.ids.end() ? ++last_id_ : known->second;
    ids.emplace(std::move(file), id);
    table->ids.push_back(id);
    table->place_of.emplace(id, static_cast<std::uint32_t>(i));
    table->reasons.push_back(entry.id == 0 ? 0 : reasons_of(entry));
    table->unmeasured += entry.id == 0;
  }
  kept.ids = std::move(ids);
  if (const auto history = FaceHistory::open(table->folder)) {
    table->undo = history->undo_what();
    table->redo = history->redo_what();
    lay_over(kept, *table, *history);
  } else {
    table->trouble = to_sentence(history.error());
  }
  // What was read anew and is still the same is no reason for anybody to ask again.
  const auto same = [&](const FaceTable& before) {
    const auto alike = [](const CatalogueEntry& a, const CatalogueEntry& b) {
      return a.id == b.id && a.state == b.state && a.marked == b.marked &&
             std::ranges::all_of(number_rows(), [&](const NumberRow& row) {
               const double x = a.numbers.*row.member, y = b.numbers.*row.member;
               return x == y || (x != x && y != y);
             });
    };
    return before.ids == table->ids && before.person_names == table->person_names && before.undo == table->undo &&
           before.redo == table->redo && before.trouble == table->trouble &&
           std::ranges::equal(before.entries, table->entries, alike);
  };
  table->version = kept.table && same(*kept.table) ? kept.table->version : ++last_version_;
  return table;
}

void FaceTables::look_again(Side side) {
  const std::lock_guard lock(mutex_);
  kept_[side].settled = false;
  kept_[side].looked = {};
}

std::vector<std::optional<Blocks>> FaceTables::blocks(const FaceTable& table) {
  std::vector<std::optional<Blocks>> all(table.entries.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::lock_guard lock(mutex_);  // each by itself, so that others are answered meanwhile
    if (!reader_ || table.entries[i].id == 0) continue;
    if (auto blocks = reader_->blocks(table.entries[i].id)) all[i] = *std::move(blocks);
  }
  return all;
}

}  // namespace understudy::studio
