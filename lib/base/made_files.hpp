// SPDX-License-Identifier: Apache-2.0
// What was made in a folder, and what lies there besides: only a file that we made, and only while its content is still
// what we wrote, is ever replaced or removed. Everything else that stands in the way is put aside, and named.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "lib/base/files.hpp"

namespace understudy {

// A file's content, told by its size and hash; by its time alone while that has not changed.
struct Print {
  std::uint64_t bytes = 0;
  std::uint64_t hash = 0;  // XXH3-64 of the content
  std::int64_t time = 0;   // of the last change, in the system's own unit; 0 = not known
};
Print print_of(std::span<const std::uint8_t> content);
Result<Print> print_of(const fs::path&);  // reads it piece by piece
// Whether the file is there with that content. It is read only when its size is right and its time another.
bool matches(const fs::path&, const Print&);

// The list of one folder, FOLDER/.understudy/made.jsonl: a line before a file is written and one after, so that a kill
// between leaves no file of ours that the list does not know. Thread-safe. Names are relative to the folder.
class MadeFiles {
 public:
  // A missing list is empty; a torn or damaged line is passed over: its file then counts as not ours.
  static Result<MadeFiles> open(const fs::path& folder);
  MadeFiles(MadeFiles&&) noexcept;
  MadeFiles& operator=(MadeFiles&&) noexcept;
  ~MadeFiles();

  const fs::path& folder() const;
  // Writes the file, all or nothing, and keeps `made_of`: whatever text tells later whether it is still current.
  Result<> write(const fs::path& name, std::span<const std::uint8_t> content, const std::string& made_of = {});
  // Takes a file into the list that was written by other means.
  Result<> add(const fs::path& name, const std::string& made_of = {});
  // Moves a finished file in under that name, over one of ours if there is one. A copy where it lies on another disk.
  Result<> take_in(const fs::path& from, const fs::path& name, const std::string& made_of = {});
  // Takes files off the list: what bears these names from now on is not ours, even with a content that we once wrote
  // there. On the disk when it returns.
  Result<> disown(std::span<const fs::path> names);
  // What was kept of the file that lies there; nothing when it is not there, or not as we wrote it.
  std::optional<std::string> made_of(const fs::path& name) const;
  bool ours(const fs::path& name) const { return made_of(name).has_value(); }
  // Of the latest that we wrote under that name, whatever became of it.
  std::optional<std::string> last_made_of(const fs::path& name) const;

 private:
  struct Parts;
  explicit MadeFiles(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

// A folder beside another, "<folder>_backup-<n>" (lib/base/moves.hpp says where exactly), for what must not be lost and
// cannot stay. Made with the first file. Thread-safe.
class Aside {
 public:
  // `tell` gets a sentence that names both folders before the first file is moved.
  Aside(fs::path folder, std::function<void(std::string)> tell);
  // Moves FOLDER/name to the same name there. A file that is not there is no error.
  Result<> take(const fs::path& name);
  // Keeps a second name for it there (a copy where the disk has no hard links): for a file that is then replaced, so
  // that a kill leaves the old one or the new under its own name.
  Result<> keep(const fs::path& name);
  // Moves it unless the list says that it is ours.
  Result<> make_way(const MadeFiles&, const fs::path& name);
  std::size_t count() const { return count_; }
  const fs::path& where() const { return where_; }  // empty as long as nothing was moved

 private:
  Result<fs::path> place_for(const fs::path& name);
  fs::path folder_, where_;
  std::function<void(std::string)> tell_;
  std::size_t count_ = 0;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

// The first free "<folder>_backup-<n>".
fs::path free_backup_name(const fs::path& folder);
// Moves a folder as a whole to its free backup name; what is in it when it cannot be moved itself (it is where a disk
// is mounted).
Result<fs::path> put_folder_aside(const fs::path& folder);

// Moves a single file to "<folder>/<stem>_backup-<n>/<name>"; `tell` gets a sentence that says so. One that is not
// there is no error.
Result<> put_file_aside(const fs::path&, const std::function<void(std::string)>& tell);

// Writes a single file whose list is that of its folder; another's of that name is put aside first.
Result<> write_over_ours(const fs::path&, std::span<const std::uint8_t> content,
                         const std::function<void(std::string)>& tell);
Result<> write_over_ours(const fs::path&, std::string_view text, const std::function<void(std::string)>& tell);
// For what is written by other means.
Result<> write_over_ours(const fs::path&, const std::function<Result<>()>& write,
                         const std::function<void(std::string)>& tell);

}  // namespace understudy
