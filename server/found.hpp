// SPDX-License-Identifier: Apache-2.0
// What the extraction found, by frame: read from the aligned faces, which are the truth of it whatever was renamed or
// thrown out since, and from the extraction's journal, which knows the frames in which it looked and found nothing.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "lib/face/face_file.hpp"
#include "lib/project/workspace.hpp"
#include "server/clips.hpp"

namespace understudy::studio {

struct FoundFace {
  std::string path;   // below the workspace; empty of a packed face
  std::string frame;  // the stem of its frame's name
  std::uint64_t stamp = 0;
  Rect box;
  std::optional<std::array<float, 136>> landmarks;  // in the frame
  int track = -1, person = -1;                      // -1: not told
  double score = -1;
  bool filled = false;
};
FoundFace found_face(const FaceInfo&);

class Found {
 public:
  explicit Found(Workspace workspace) : workspace_(std::move(workspace)) {}
  ~Found();
  Found(const Found&) = delete;
  Found& operator=(const Found&) = delete;

  // {ready, done, total, frames: a letter a frame, tracks, shots: the frames with which they begin, faces}. The faces
  // are read in the background; this waits a moment for them and else says how far it is.
  Result<nlohmann::json> overview(Side, Clips&);
  // [{frame, faces: […]}] of `count` frames from `first` on, as far as they are known.
  Result<nlohmann::json> at(Side, Clips&, std::int64_t first, std::int64_t count);

 private:
  using Face = std::shared_ptr<const FoundFace>;
  struct Index {
    std::uint64_t stamp = 0;
    std::unordered_map<std::string, Face> files;  // by path, to know again those that did not change
    std::unordered_map<std::string, std::vector<Face>> frames;
    std::unordered_set<std::string> looked, unreadable;  // stems, of the journal
    std::vector<std::int64_t> shots;                     // where they begin
    bool has_journal = false;
  };
  struct Reading {
    std::shared_ptr<const Index> index;
    std::thread thread;
    bool at_work = false;
    std::uint64_t wanted = 0;  // the stamp that is being read
    std::atomic<std::size_t> done = 0, total = 0;
  };
  std::uint64_t stamp_of(Side) const;
  std::shared_ptr<const Index> index(Side, double wait);
  void read(Side, std::uint64_t stamp, std::shared_ptr<const Index> before);
  void read_loose(Side, Index&, const Index* before);
  void read_pack(Side, Index&);
  void read_journal(Side, Index&) const;

  Workspace workspace_;
  std::mutex mutex_;
  std::condition_variable read_;
  std::atomic<bool> ending_ = false;
  std::array<Reading, 2> sides_;
};

}  // namespace understudy::studio
