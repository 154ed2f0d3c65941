// SPDX-License-Identifier: Apache-2.0
// Orders by one column of the catalogue: a number, or a text.
#pragma once

#include <string_view>
#include <vector>

#include "lib/catalogue/catalogue.hpp"

namespace understudy {

struct ColumnOrder {
  const NumberRow* number = nullptr;
  std::string_view text = {};  // where it is no number: the column's name
  bool descending = false;
};
Result<ColumnOrder> column_order(std::string_view column, bool descending);  // bad_option for an unknown column

// Puts the indices of entries in that order. Of equals the first stays first, and a number that is not known comes last
// in either direction.
void put_in_order(std::vector<std::size_t>& faces, const std::vector<CatalogueEntry>&, const ColumnOrder&);

}  // namespace understudy
