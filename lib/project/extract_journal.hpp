// SPDX-License-Identifier: Apache-2.0
// What was done with each frame, kept while it is done: the reason that a killed extraction goes on where it stood and
// that a frame without faces is told from one not looked at (spec pipeline.md W8).
#pragma once

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "lib/base/files.hpp"
#include "lib/image/geometry.hpp"
#include "lib/project/workspace.hpp"

namespace understudy {

// Where the extraction of a workspace's side keeps it.
fs::path extract_journal_of(const Workspace&, Side);

// A face as it was written: where it lies in the frame, and its file's content, to know it again under another name and
// to tell whether somebody has worked on it since.
struct FaceMark {
  Rect box;                   // of the landmarks inside the face (face_box)
  std::uint64_t file = 0;     // XXH3-64 of the whole file; 0 of a face that is kept out
  std::uint64_t picture = 0;  // the same without the face's metadata
  bool operator==(const FaceMark&) const = default;
};

struct FrameRecord {
  std::string name;                      // of the frame
  std::uint64_t bytes = 0;               // of an image file; 0 for frames of a video
  std::vector<std::string> files;        // face files, in face order
  std::string problem;                   // why the frame could not be read; empty if it could
  std::string look;                      // what the faces were cut by (FacePlan::key), to notice a change; may be empty
  std::vector<FaceMark> marks;           // of `files`, one each; none in what an older version wrote
  std::vector<Rect> out;                 // faces that are not written because somebody weeded them out
  std::uint64_t times = 0, content = 0;  // of an image file: FrameStamp; 0 in what an older version wrote
  std::vector<int> tracks = {};          // numbers of those that go through it, as its faces bear them
  bool operator==(const FrameRecord&) const = default;
};

// JSON lines: a head {"format":"understudy.extract","version":1,"source":…,"options":…}, then one line a frame.
class Journal {
 public:
  // A missing file gives an empty journal. A torn last line (a kill while writing) is dropped; what a damaged line in
  // the middle said is lost, so its frame is done again.
  static Result<Journal> load(const fs::path&);

  const nlohmann::json& head() const { return head_; }  // null when there was none
  bool complete() const { return complete_; }
  const std::map<std::string, FrameRecord>& records() const { return records_; }
  std::size_t face_count() const;

  void forget_all() { records_.clear(); }
  // Keeps new times of frames whose content is the old one, by name. Before begin().
  Result<> keep_times(const std::map<std::string, std::uint64_t>&);
  // Rewrites the file with that head and the records kept, all or nothing; add() then appends.
  Result<> begin(nlohmann::json head);
  Result<> add(FrameRecord);
  // Rewrites it sorted by frame and marked complete, with the indices of the frames at which shots begin, where they
  // are known.
  Result<> finish(const std::vector<std::int64_t>& shots = {});
  std::vector<std::int64_t> shots() const;  // as they were given then, ascending

 private:
  Result<> rewrite();
  fs::path path_;
  nlohmann::json head_;
  bool complete_ = false;
  std::map<std::string, FrameRecord> records_;
  std::ofstream out_;
};

}  // namespace understudy
