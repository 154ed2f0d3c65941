// SPDX-License-Identifier: Apache-2.0
// What was seen in each frame, before anything is smoothed: kept on disk while it is found, so that a killed run goes
// on and the faces can be cut again in another type or size without looking again.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "lib/base/files.hpp"
#include "lib/detect/face_finder.hpp"
#include "lib/detect/tracks/signature.hpp"
#include "lib/identity/embedding.hpp"
#include "steps/2_extract/frame_contents.hpp"

namespace understudy {

struct RawFace : FoundFace {
  std::optional<Embedding> who;  // of some faces of a track
};

struct RawFrame {
  std::int64_t index = 0;     // in the source
  std::uint64_t content = 0;  // of an image file: FrameStamp, to notice a changed one (older versions: its size)
  std::string problem;        // why the frame could not be read; empty if it could
  Signature signature{};
  std::vector<RawFace> faces;  // largest first
  std::vector<FoundFace> by_hand;
  bool hand_only = false;  // what was found does not count
  bool thorough = false;   // looked at by all means because somebody asked for this frame
};

// A log of checksummed records. Later ones replace earlier ones of the same frame; a torn tail is cut off. What a later
// look added counts only once that look was finished, so that a run ends with the same faces wherever it was killed.
// What was placed by hand stays until other hand work on the same frame replaces it; it goes by the frame's name, for a
// frame's place in its folder changes whenever another is removed.
class RawFaces {
 public:
  // Begins anew when there is none or its head differs; hand work stays where only the way of looking differs. `names`:
  // of all frames of the source, in order.
  static Result<RawFaces> open(const fs::path&, const std::string& head, std::vector<std::string> names);
  // Whether a file has faces that were placed by hand; a missing one has none.
  static Result<bool> holds_hand_work(const fs::path&);
  RawFaces(RawFaces&&) noexcept = default;
  RawFaces& operator=(RawFaces&&) noexcept = default;

  // Whether the frame was looked at, with the content that it has now; that is asked only where there is a look.
  bool knows(std::int64_t index, FrameContents&) const;
  // The same, by such a look as RawFrame::thorough says.
  bool knows_thoroughly(std::int64_t index, FrameContents&) const;
  // A frame that could not be read then can be now: it counts as never looked at.
  void forget_unread(std::int64_t index);
  // Thread-safe. First looks forget all later ones.
  Result<> add(const std::vector<RawFrame>&);
  Result<> add_later(const std::vector<RawFrame>&);
  Result<> end_later_look();
  int later_looks() const { return later_looks_; }  // finished ones
  // Faces by hand; with `replace` those that were found do not count in that frame.
  Result<> add_by_hand(std::int64_t index, std::uint64_t content, const std::vector<FoundFace>&, bool replace);
  // Another text for other hand work in the frame; empty when there is none.
  std::string hand_key(std::int64_t index) const;
  // Names of frames whose pictures are others than those in which faces were placed, and the contents of those.
  std::map<std::string, std::uint64_t> changed_under_hand(FrameContents&) const;

  // The frame as it is known now, hand work included. Thread-safe.
  Result<RawFrame> read(std::int64_t index) const;
  // Another value for other contents.
  std::uint64_t checksum(std::int64_t index) const;

 private:
  // hand: as older versions wrote it, by the frame's place in the folder.
  enum class Kind : std::uint32_t { head, look, later_look, end_of_later_look, hand, named_hand, thorough_look };
  struct Place {
    std::uint64_t offset = 0;  // of the payload
    std::uint32_t size = 0;
    std::uint64_t checksum = 0;
    Kind kind = Kind::head;
    std::uint64_t content = 0;  // RawFrame::content
    bool unread = false;        // it has a problem
  };
  using Places = std::map<std::int64_t, Place>;

  RawFaces() = default;
  Result<> load(const std::string& head);
  Result<> begin_anew(const std::string& head);
  Result<> append(Kind, std::span<const Bytes> payloads);
  void take(Place, std::span<const std::uint8_t> payload);
  std::optional<Place> look_at(std::int64_t index, FrameContents&) const;
  const Place* hand_in(std::int64_t index) const;
  Result<> read_hand(const Place&, RawFrame&) const;

  fs::path path_;
  std::uint64_t end_ = 0;
  std::vector<std::string> names_;
  Places looks_, later_, pending_;
  std::map<std::string, Place> hand_;  // by the frame's name
  int later_looks_ = 0;
  std::unique_ptr<std::mutex> writing_ = std::make_unique<std::mutex>();
};

}  // namespace understudy
