// SPDX-License-Identifier: Apache-2.0
// Expressions over the catalogue's columns: "yaw < -0.4 && blur > 0.2", "!(mouth_open >= 0.1) || source ~ '0001'".
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "lib/catalogue/catalogue.hpp"

namespace understudy {

// Numbers with + - * / and abs(), min(), max(); < <= > >= == != between numbers, == != ~ ("contains") between texts in
// quotation marks; known(column); && || ! and brackets. Names are those of number_rows() and name, source, face_type,
// state, person_name; marked is a condition by itself. A comparison with a number that is not known of a face is false.
// At most 4096 characters, 64 deep.
struct FilterPlace {
  std::size_t at = 0, length = 0;  // bytes of the text; behind its end where something is missing
};

class Filter {
 public:
  // bad_option names what is wrong; `wrong`, where it is given, tells where that stands.
  static Result<Filter> parse(std::string_view, FilterPlace* wrong = nullptr);
  bool holds(const CatalogueEntry&) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

// The words of the language, for whoever offers them.
struct FilterWord {
  std::string_view name, help;
};
std::span<const FilterWord> filter_texts();                                // columns that are text
std::span<const FilterWord> filter_conditions();                           // columns that hold or do not
std::span<const FilterWord> filter_functions();                            // "abs(x)"
std::string_view text_of(const CatalogueEntry&, std::string_view column);  // empty where there is no such text

}  // namespace understudy
