// SPDX-License-Identifier: Apache-2.0
// Between the two passes: which faces each frame is to yield, smoothed over their tracks.
#pragma once

#include <functional>

#include "lib/detect/tracks/link.hpp"
#include "steps/2_extract/raw_faces.hpp"

namespace understudy {

struct PlannedCrop {
  FoundFace found;
  int track = -1;       // number of its track in the clip; -1 when frames are taken one by one
  int person = -1;      // who it is, 0 being seen most; -1 when that is not known
  bool filled = false;  // not seen in this frame: between the frames before and after
  bool by_hand = false;
};

// At most that many, largest first: those that somebody placed before any that was found.
void keep_most_wanted(std::vector<PlannedCrop>&, std::size_t most);

// Holds a few dozen bytes a face; meshes are read from RawFaces when they are asked for. The same RawFaces give the
// same plan, whatever the number of threads.
class FacePlan {
 public:
  // `frames`: indices in the source of all frames that count, ascending. Keeps a reference to RawFaces. `stop` ends it
  // with Code::cancelled: of a long film with many tracks it takes minutes.
  static Result<FacePlan> make(const RawFaces&, std::vector<std::int64_t> frames,
                               const std::function<bool()>& stop = {});

  // Largest face first. Thread-safe.
  Result<std::vector<PlannedCrop>> faces(std::size_t position) const;
  // Another text for other faces: to know which frames are out of date.
  std::string key(std::size_t position) const;
  // Numbers of the tracks that go through it. They are no part of the key: a track that is found later pushes all
  // numbers behind it on, and the pictures stay what they are.
  std::vector<int> tracks_of(std::size_t position) const;

  int tracks() const { return tracks_; }
  int persons() const { return persons_; }
  int filled() const { return filled_; }    // faces between frames
  int dropped() const { return dropped_; }  // found, but held for no face
  // Indices of the frames with which a shot begins, the first of all included.
  const std::vector<std::int64_t>& shots() const { return shots_; }

 private:
  // A stretch of a track without a jump.
  struct Segment {
    int track = 0;
    int person = -1;
    std::size_t first = 0;            // position of its first frame
    std::vector<Moment> moments;      // from there on, one a frame
    std::vector<Standing> standings;  // smoothed
    std::vector<int> faces;           // index in the frame, or -1
    Mesh468 noise{};
    std::uint64_t checksum = 0;  // of all that is smoothed with all: noise
  };
  // Raw frames around one, read once.
  class Nearby;

  explicit FacePlan(const RawFaces& raw) : raw_(&raw) {}
  Result<> add_track(const Track&, std::vector<Segment>&) const;
  Result<> steady(Segment&) const;
  Result<> finish(Segment&) const;
  Result<std::optional<Mesh468>> shape(const Segment&, std::size_t at, Nearby&) const;
  Result<std::optional<PlannedCrop>> face(const Segment&, std::size_t at, Nearby&) const;

  const RawFaces* raw_;
  std::vector<std::int64_t> frames_, shots_;
  std::vector<Segment> segments_;
  std::vector<std::vector<std::uint32_t>> by_frame_;  // segments
  int tracks_ = 0, persons_ = 0, filled_ = 0, dropped_ = 0;
};

}  // namespace understudy
