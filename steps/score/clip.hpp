// SPDX-License-Identifier: Apache-2.0
// The clip in all its forms, frame by frame: dst, result, mask, truth, and where the face stands.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "lib/face/landmarks.hpp"
#include "lib/media/frame_source.hpp"
#include "steps/score/score.hpp"

namespace understudy {

using Picture = std::shared_ptr<const ImageU8>;

// The frames of a video or a folder. Videos are decoded in order by one thread at a time; images are read where they
// are needed.
class ClipFrames {
 public:
  static Result<ClipFrames> open(const fs::path&);
  std::int64_t count() const { return source_->count(); }
  const std::string& name(std::int64_t index) const { return source_->name(index); }
  // The feed's index of the frame of another source: by file stem in a folder, else by number; -1 when it has none.
  std::int64_t index_of(std::int64_t number, const std::string& stem) const;

  // Decodes what a video's frames are; of a folder nothing. Ascending; not from two threads at once.
  Result<> take(std::int64_t index, std::map<std::int64_t, Picture>& into);
  // From what was taken, or read now. Thread-safe. BGR.
  Result<Picture> picture(std::int64_t index, const std::map<std::int64_t, Picture>& taken) const;

 private:
  explicit ClipFrames(media::FrameSource source);
  std::shared_ptr<media::FrameSource> source_;
  std::map<std::string, std::int64_t> by_stem_;  // of a folder
  std::int64_t last_ = -1;
  Picture last_picture_;  // what one block ends with, the next may begin with
};

// A frame that is to be scored.
struct ClipPlace {
  std::int64_t frame = 0;                           // in dst
  std::int64_t result = -1, mask = -1, truth = -1;  // in their feeds
  std::int64_t before = -1, result_before = -1;     // the frame before, where both have it
  Landmarks68 landmarks{};                          // of dst's face in the frame
  // Measure everything; else what makes the curves over the clip alone: medians do not need every frame.
  bool whole = true;
};

struct Clip {
  ClipFrames frames, result;
  std::optional<ClipFrames> mask, truth;
  std::vector<ClipPlace> places;  // ascending
  int every = 1, without_face = 0, without_result = 0;
};
Result<Clip> open_clip(const ScoreOptions&, const ScorePaths&);

}  // namespace understudy
