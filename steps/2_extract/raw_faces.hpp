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
};

// A log of checksummed records. Later ones replace earlier ones of the same frame; a torn tail is cut off. What a later
// look added counts only once that look was finished, so that a run ends with the same faces wherever it was killed.
// What was placed by hand stays until other hand work on the same frame replaces it.
class RawFaces {
 public:
  // Begins anew when there is none or its head differs.
  static Result<RawFaces> open(const fs::path&, const std::string& head);
  RawFaces(RawFaces&&) noexcept = default;
  RawFaces& operator=(RawFaces&&) noexcept = default;

  // Whether the frame was looked at, with the content that it has now; that is asked only where there is a look.
  bool knows(std::int64_t index, FrameContents&) const;
  // Thread-safe. First looks forget all later ones.
  Result<> add(const std::vector<RawFrame>&);
  Result<> add_later(const std::vector<RawFrame>&);
  Result<> end_later_look();
  int later_looks() const { return later_looks_; }  // finished ones
  // Faces by hand; with `replace` those that were found do not count in that frame.
  Result<> add_by_hand(std::int64_t index, const std::vector<FoundFace>&, bool replace);

  // The frame as it is known now, hand work included. Thread-safe.
  Result<RawFrame> read(std::int64_t index) const;
  // Another value for other contents.
  std::uint64_t checksum(std::int64_t index) const;

 private:
  enum class Kind : std::uint32_t { head, look, later_look, end_of_later_look, hand };
  struct Place {
    std::uint64_t offset = 0;  // of the payload
    std::uint32_t size = 0;
    std::uint64_t checksum = 0;
    std::uint64_t content = 0;  // RawFrame::content
  };
  using Places = std::map<std::int64_t, Place>;

  RawFaces() = default;
  Result<> load(const std::string& head);
  Result<> append(Kind, std::span<const Bytes> payloads);
  void take(Kind, const Place&, std::span<const std::uint8_t> payload);

  fs::path path_;
  std::uint64_t end_ = 0;
  Places looks_, later_, pending_, hand_;
  int later_looks_ = 0;
  std::unique_ptr<std::mutex> writing_ = std::make_unique<std::mutex>();
};

}  // namespace understudy
