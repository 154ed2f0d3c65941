// SPDX-License-Identifier: Apache-2.0
#include "server/face_lists.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "lib/selection/alike.hpp"
#include "lib/selection/orders.hpp"

namespace understudy::studio {
namespace {

constexpr std::size_t most_lists = 8, most_choices = 8;
constexpr double nearly_the_same = 1.5;  // as `sort --by duplicates` has it

}  // namespace

ListQuery list_query(const Request& request) {
  ListQuery query;
  query.filter = request.value("filter");
  query.order = request.value("order", "name");
  query.only = request.value("only");
  query.descending = request.value("down") == "1";
  query.folded = request.value("fold") == "1";
  query.like = static_cast<std::uint32_t>(std::strtoul(request.value("like", "0").c_str(), nullptr, 10));
  return query;
}

std::string FaceLists::keep(std::vector<std::uint32_t> ids) {
  const std::lock_guard lock(mutex_);
  choices_.emplace_front(fmt::format("{}", ++last_choice_), std::move(ids));
  if (choices_.size() > most_choices) choices_.pop_back();
  return choices_.front().first;
}

Result<FaceListPtr> FaceLists::of(FaceTables& tables, const FaceTablePtr& table, const ListQuery& query,
                                  FilterPlace& wrong) {
  const auto known = [&]() -> FaceListPtr {
    const std::lock_guard lock(mutex_);
    for (const auto& kept : lists_)
      if (kept.side == table->side && kept.version == table->version && kept.query == query) return kept.list;
    return nullptr;
  };
  if (auto list = known()) return list;
  // Whoever asks at the same time waits for the same list; a fold, which takes seconds, holds up no other.
  std::unique_lock making(making_, std::defer_lock);
  if (!query.folded && query.like == 0) making.lock();
  if (auto list = known()) return list;
  TRY(auto list, make(tables, *table, query, wrong));
  const std::lock_guard lock(mutex_);
  lists_.push_front({table->side, table->version, query, list});
  if (lists_.size() > most_lists) lists_.pop_back();
  return list;
}

Result<std::shared_ptr<const FaceLists::Group>> FaceLists::groups(FaceTables& tables, const FaceTable& table) {
  const std::lock_guard lock(grouping_);  // whoever asks at the same time waits for the same answer
  if (const auto& known = groups_[table.side]; known && known->version == table.version) return known;
  const auto blocks = tables.blocks(table);
  std::vector<std::size_t> pictures;
  for (std::size_t i = 0; i < blocks.size(); ++i)
    if (blocks[i]) pictures.push_back(i);
  Run run;
  const auto blocks_of_entry = [&](const CatalogueEntry& entry) -> Result<Blocks> {
    return *blocks[static_cast<std::size_t>(&entry - table.entries.data())];
  };
  TRY(const auto found, alike(table.entries, pictures, nearly_the_same, blocks_of_entry, run));
  auto made = std::make_shared<Group>();
  made->version = table.version;
  for (std::uint32_t i = 0; i < table.entries.size(); ++i) made->best_of.push_back(i);
  const auto quality = [&](std::size_t i) {
    const double value = table.entries[i].numbers.quality;
    return std::isnan(value) ? -1 : value;
  };
  for (const auto& group : found) {
    const auto best = *std::ranges::max_element(group, {}, quality);
    for (const auto i : group) made->best_of[i] = static_cast<std::uint32_t>(best);
  }
  groups_[table.side] = made;
  return made;
}

Result<FaceListPtr> FaceLists::make(FaceTables& tables, const FaceTable& table, const ListQuery& query,
                                    FilterPlace& wrong) {
  std::optional<Filter> filter;
  if (!query.filter.empty()) {
    TRY(filter, Filter::parse(query.filter, &wrong));
  }
  wrong = {};
  TRY(const auto order, column_order(query.order, query.descending));
  std::optional<std::unordered_set<std::uint32_t>> only;
  if (!query.only.empty()) {
    const std::lock_guard lock(mutex_);
    const auto choice = std::ranges::find(choices_, query.only, &decltype(choices_)::value_type::first);
    if (choice == choices_.end()) return fail(Code::not_found, "That choice of faces is not kept any more");
    only.emplace(choice->second.begin(), choice->second.end());
  }
  std::shared_ptr<const Group> grouped;
  if (query.folded || query.like != 0) {
    TRY(grouped, groups(tables, table));
  }
  const auto liked = table.place_of.find(query.like);
  std::vector<std::size_t> faces;
  for (std::size_t i = 0; i < table.entries.size(); ++i) {
    if (filter && !filter->holds(table.entries[i])) continue;
    if (only && !only->contains(table.ids[i])) continue;
    if (query.like != 0 && (liked == table.place_of.end() || grouped->best_of[i] != grouped->best_of[liked->second]))
      continue;
    faces.push_back(i);
  }
  auto list = std::make_shared<FaceList>();
  if (query.folded && query.like == 0) {
    // Where the filter leaves the best out, the first that it leaves stands for them.
    std::unordered_map<std::uint32_t, std::size_t> shown;
    for (const auto i : faces) {
      const auto best = grouped->best_of[i];
      const auto [known, first] = shown.emplace(best, i);
      if (!first && i == best) known->second = i;
    }
    std::unordered_map<std::size_t, std::uint32_t> count;
    for (const auto i : faces) ++count[shown[grouped->best_of[i]]];
    std::erase_if(faces, [&](std::size_t i) { return !count.contains(i); });
    put_in_order(faces, table.entries, order);
    for (const auto i : faces) list->behind.push_back(count[i] - 1);
  } else {
    put_in_order(faces, table.entries, order);
  }
  list->faces.assign(faces.begin(), faces.end());
  return list;
}

}  // namespace understudy::studio
