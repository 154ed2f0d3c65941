// SPDX-License-Identifier: Apache-2.0
#include "lib/loop/validation_log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "lib/base/text.hpp"

namespace understudy {
namespace {

// The number at the start of a row with as many cells as the header, or nothing.
std::optional<std::int64_t> row_iteration(std::string_view row, std::string_view header) {
  std::int64_t iteration = 0;
  const auto [end, error] = std::from_chars(row.data(), row.data() + row.size(), iteration);
  const bool complete = std::ranges::count(row, ',') == std::ranges::count(header, ',');
  if (error != std::errc() || end == row.data() + row.size() || *end != ',' || !complete) return {};
  return iteration;
}

}  // namespace

Result<ValidationLog> ValidationLog::open(const fs::path& file, const std::vector<std::string>& names,
                                          std::int64_t iteration) {
  const std::string header = fmt::format("iteration,seconds,{}", fmt::join(names, ","));
  std::string text = header + "\n";
  std::int64_t last = -1;
  if (fs::exists(file)) {
    TRY(const auto old, read_text(file));
    auto lines = split(old, '\n');
    if (!lines.empty()) lines.pop_back();  // what follows the last line's end: nothing, or a row that was cut off
    if (!lines.empty() && lines[0] != header) {
      return fail_with_hint(Code::bad_file, fmt::format("{} has other columns than are written now", file.string()),
                            "Move it away to go on.");
    }
    for (const auto& line : lines) {
      const auto at = row_iteration(line, header);
      if (!at || *at > iteration) continue;
      text += line + "\n";
      last = *at;
    }
  }
  TRY_VOID(write_text(file, text));
  return ValidationLog(file, last);
}

Result<> ValidationLog::add(std::int64_t iteration, double seconds, const NamedValues& values) {
  if (iteration == last_) return {};
  last_ = iteration;
  std::string row = fmt::format("{},{:.1f}", iteration, seconds);
  for (const auto& [name, value] : values) row += fmt::format(",{:.6g}", value);
  file_ << row << std::endl;
  if (!file_) return fail(Code::io, "Cannot write {}", path_.string());
  return {};
}

Result<> repeat_validation(const fs::path& file, const ValidationRow& row, std::int64_t iteration, double seconds) {
  TRY(const auto old, read_text(file));
  const auto lines = split(old, '\n');
  if (lines.empty()) return fail(Code::bad_file, "{} has no columns", file.string());
  const std::string& header = lines[0];
  std::string text = header + "\n";
  for (const auto& line : lines) {
    const auto at = row_iteration(line, header);
    if (at && *at < iteration) text += line + "\n";
  }
  std::string again;
  for (const auto& name : split(header, ',')) {
    std::string cell;
    if (const auto found = std::ranges::find(row, name, &ValidationRow::value_type::first); found != row.end())
      cell = found->second;
    if (name == "iteration") cell = std::to_string(iteration);
    if (name == "seconds") cell = fmt::format("{:.1f}", seconds);
    again += (again.empty() ? "" : ",") + cell;
  }
  return write_text(file, text + again + "\n");
}

std::optional<ValidationRow> last_validation(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return {};
  const auto lines = split(*text, '\n');
  if (lines.empty()) return {};
  const auto names = split(lines[0], ',');
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (!row_iteration(*line, lines[0])) continue;
    const auto cells = split(*line, ',');
    ValidationRow row;
    for (std::size_t i = 0; i < cells.size(); ++i) row.emplace_back(names[i], cells[i]);
    return row;
  }
  return {};
}

}  // namespace understudy
