// SPDX-License-Identifier: Apache-2.0
// A timeline on disk, opened for changing: the document and the journal beside it, kept in step. Undo goes back to the
// first change that was ever made, in this run or an earlier one.
#pragma once

#include <memory>

#include "lib/base/lock.hpp"
#include "lib/timeline/operations.hpp"

namespace understudy {

constexpr std::string_view usual_timeline = "main";
constexpr std::string_view timelines_folder = "merge";  // in a workspace's state

// FOLDER/<name>.json. bad_option for a name that leads elsewhere.
Result<fs::path> timeline_file(const fs::path& folder, const std::string& name);
// The names of those that are there, sorted.
std::vector<std::string> timelines_in(const fs::path& folder);

// The timeline as it is now, without changing anything on disk; an empty one where the file is missing. What a killed
// run put down and did not do is done in what is returned.
Result<Timeline> read_timeline(const fs::path& folder, const std::string& name);
// Content of the document, however it is laid out.
std::uint64_t digest_of(const Timeline&);

class TimelineBook {
 public:
  // Takes the timeline for changing it (Code::busy when another process has it) and completes what a killed run began.
  static Result<TimelineBook> open(const fs::path& folder, const std::string& name);
  TimelineBook(TimelineBook&&) noexcept;
  TimelineBook& operator=(TimelineBook&&) noexcept;
  ~TimelineBook();

  const Timeline& now() const;
  // All of them or none, as one change: the journal has it on the disk before the document is written. False when they
  // change nothing, which leaves no trace.
  Result<bool> apply(const std::string& what, std::span<const TimelineOperation>);
  // What the change was. not_found when there is none, bad_file when the document was changed by something else since.
  Result<std::string> undo();
  Result<std::string> redo();

 private:
  struct Parts;
  explicit TimelineBook(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

}  // namespace understudy
