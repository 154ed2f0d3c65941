// SPDX-License-Identifier: Apache-2.0
// Expressions over the catalogue's columns: "yaw < -0.4 && blur > 0.2", "!(mouth_open >= 0.1) || source ~ '0001'".
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "lib/catalogue/catalogue.hpp"

namespace understudy {

// Numbers with + - * / and abs(), min(), max(); < <= > >= == != between numbers, == != ~ ("contains") between texts in
// quotation marks; known(column); && || ! and brackets. Names are those of number_rows() and name, source, face_type,
// state. A comparison with a number that is not known of a face is false. At most 4096 characters, 64 deep.
class Filter {
 public:
  static Result<Filter> parse(std::string_view);  // bad_option names the place
  bool holds(const CatalogueEntry&) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

}  // namespace understudy
