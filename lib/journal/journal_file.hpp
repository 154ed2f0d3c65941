// SPDX-License-Identifier: Apache-2.0
// What was done and can be taken back, as lines of JSON in a file: a line is on the disk before anything is changed, so
// that undo and redo survive a restart and a kill. What the lines say is the user's of this room.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "lib/base/files.hpp"
#include "lib/base/formats.hpp"

namespace understudy {

// Not thread-safe.
class JournalFile {
 public:
  // Tells whether the line could be used; may throw what json throws, for one that could not.
  using TakeLine = std::function<bool(const nlohmann::json&)>;
  // All the lines that the file should hold, each with its end.
  using AllLines = std::function<std::string()>;

  // The head line names the format; `take` gets the lines behind it, in order. A missing file is empty; torn or damaged
  // lines are passed over, and the file is then written anew before it is added to. newer_version when a later version
  // wrote it.
  static Result<JournalFile> open(fs::path, const FileFormat&, const TakeLine& take);
  // `lines` each with its end. With `on_disk` they are there when it returns. Makes the folder.
  Result<> append(std::string_view lines, bool on_disk, const AllLines& all);
  Result<> rewrite(const std::string& all_lines);

  const fs::path& path() const { return path_; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  JournalFile(fs::path path, const FileFormat& format) : path_(std::move(path)), format_(format) {}
  fs::path path_;
  FileFormat format_;
  bool anew_ = false;
  std::uint64_t bytes_read_ = 0;
};

// The line that says that an entry was taken back, or done again.
std::string mark_line(std::int64_t id, bool undone);

}  // namespace understudy
