// SPDX-License-Identifier: Apache-2.0
// Tables of values that are separated by commas.
#pragma once

#include <string>
#include <string_view>

namespace understudy {

// A field of one, as RFC 4180 has it: within quotation marks where it holds a comma, one of these or a line's end.
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

}  // namespace understudy
