// SPDX-License-Identifier: Apache-2.0
#include "lib/journal/journal_file.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "lib/base/path_text.hpp"

namespace understudy {

using nlohmann::json;

std::string mark_line(std::int64_t id, bool undone) {
  return json_text(json{{undone ? "undone" : "redone", id}}) + "\n";
}

Result<JournalFile> JournalFile::open(fs::path path, const FileFormat& format, const TakeLine& take) {
  JournalFile file(std::move(path), format);
  const auto text = read_text(file.path_, std::uint64_t{1} << 31);
  if (!text && text.error().code != Code::not_found) return Failure(text.error());
  const auto usable = [&take](const json& line) {
    try {
      return line.is_object() && take(line);
    } catch (const json::exception&) {
      return false;
    }
  };
  bool whole = text.has_value() && text->ends_with('\n');
  std::istringstream in(text ? *text : std::string());
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    const json parsed = parse_json(line);
    if (lines > 0) {
      whole &= usable(parsed);
      continue;
    }
    const auto version = version_in(parsed, format);
    whole &= version.has_value();
    if (version && *version > format.version)
      return fail_with_hint(Code::newer_version, fmt::format("{} was written by a newer version", file.path_.string()),
                            "Update understudy.");
  }
  file.anew_ = !whole;
  file.bytes_read_ = text ? text->size() : 0;
  return file;
}

Result<> JournalFile::append(std::string_view lines, bool on_disk, const AllLines& all) {
  TRY_VOID(make_folders(path_.parent_path()));
  if (anew_) TRY_VOID(rewrite(all()));
  std::ofstream out(path_, std::ios::app | std::ios::binary);
  out << lines << std::flush;
  if (!out) {
    return fail_with_hint(Code::io, fmt::format("Cannot write {}", path_.string()),
                          "Check that there is room on that disk and that you may write there.");
  }
  return on_disk ? sync_file(path_) : Result<>();
}

Result<> JournalFile::rewrite(const std::string& all_lines) {
  const json head{{"format", format_.name}, {"version", format_.version}};
  TRY_VOID(write_text(path_, json_text(head) + "\n" + all_lines));
  anew_ = false;
  return {};
}

}  // namespace understudy
