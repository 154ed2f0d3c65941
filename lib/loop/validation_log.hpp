// SPDX-License-Identifier: Apache-2.0
// validation.csv beside a model: numbers by which two trainings can be compared, each time they were worked out.
#pragma once

#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/files.hpp"

namespace understudy {

// A name without its "validation/", and what it was.
using NamedValues = std::vector<std::pair<std::string, double>>;

// The columns: iteration, seconds trained so far, the numbers in their order.
class ValidationLog {
 public:
  // Keeps the rows up to `iteration`: a run that went back to an older save writes the later ones anew. A file with
  // other columns is refused (bad_file).
  static Result<ValidationLog> open(const fs::path& file, const std::vector<std::string>& names,
                                    std::int64_t iteration);
  // An iteration that has its row already keeps it.
  Result<> add(std::int64_t iteration, double seconds, const NamedValues&);

 private:
  ValidationLog(const fs::path& path, std::int64_t last) : path_(path), file_(path, std::ios::app), last_(last) {}
  fs::path path_;
  std::ofstream file_;
  std::int64_t last_;  // iteration of the last row; -1: none
};

using ValidationRow = std::vector<std::pair<std::string, std::string>>;

// The cells of the last whole row of such a file, by the names of their columns; nothing when it has none.
std::optional<ValidationRow> last_validation(const fs::path& file);
// Takes back what it says from `iteration` on, and says of that one what such a row says of an earlier one: after
// weights of that time were brought back.
Result<> repeat_validation(const fs::path& file, const ValidationRow&, std::int64_t iteration, double seconds);

}  // namespace understudy
