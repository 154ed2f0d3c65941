// SPDX-License-Identifier: Apache-2.0
#include "lib/selection/orders.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/text.hpp"
#include "lib/selection/filter.hpp"

namespace understudy {
namespace {

// The values beside their indices: comparing through the entries would go all over the memory.
template <class Value>
void sort_by(std::vector<std::size_t>& faces, bool descending, const auto& value_of) {
  std::vector<std::pair<Value, std::size_t>> values;
  values.reserve(faces.size());
  for (const auto face : faces) values.emplace_back(value_of(face), face);
  if (descending)
    std::ranges::stable_sort(values, std::greater{}, &std::pair<Value, std::size_t>::first);
  else
    std::ranges::stable_sort(values, {}, &std::pair<Value, std::size_t>::first);
  for (std::size_t i = 0; i < faces.size(); ++i) faces[i] = values[i].second;
}

}  // namespace

Result<ColumnOrder> column_order(std::string_view column, bool descending) {
  if (const auto* number = find_number(column)) return ColumnOrder{number, {}, descending};
  const auto text = std::ranges::find(filter_texts(), column, &FilterWord::name);
  if (text != filter_texts().end()) return ColumnOrder{nullptr, text->name, descending};
  std::vector<std::string> names;
  for (const auto& row : number_rows()) names.emplace_back(row.name);
  return fail(Code::bad_option, "Faces have no column '{}' to be ordered by.{}", column, did_you_mean(column, names));
}

void put_in_order(std::vector<std::size_t>& faces, const std::vector<CatalogueEntry>& entries,
                  const ColumnOrder& order) {
  if (!order.number) {
    sort_by<std::string_view>(faces, order.descending, [&](auto i) { return text_of(entries[i], order.text); });
    return;
  }
  const auto number = [&, member = order.number->member](auto i) { return entries[i].numbers.*member; };
  const auto unknown_ones = std::ranges::stable_partition(faces, [&](auto i) { return !std::isnan(number(i)); });
  const std::vector<std::size_t> last(unknown_ones.begin(), unknown_ones.end());
  faces.resize(faces.size() - last.size());
  sort_by<double>(faces, order.descending, number);
  faces.insert(faces.end(), last.begin(), last.end());
}

}  // namespace understudy
