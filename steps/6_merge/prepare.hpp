// SPDX-License-Identifier: Apache-2.0
// All that a merge, a sample or a delivery works on, found and checked before anything is written.
#pragma once

#include "lib/media/frame_source.hpp"
#include "steps/6_merge/facts.hpp"
#include "steps/6_merge/models.hpp"

namespace understudy {

struct PreparedMerge {
  media::FrameSource source;
  std::vector<PlannedFrame> plans;  // by frame
  std::vector<bool> wanted;         // by frame: those that were asked for
  Timeline timeline;
  MergeModels models;
  std::optional<PlateColours> plate;  // of frames read at 16 bits; none where these are in SDR
  // By frame, as they would be without a fallback; empty where nothing was looked at.
  std::vector<FrameFacts> facts;
  std::vector<JudgedFrame> judged;
};

// Tells what is odd, and notes in the report what it finds. no_faces when no face belongs to a frame. `own_colours`:
// HDR and wide-gamut plates that are read at 16 bits stay in their own colours.
Result<PreparedMerge> prepare_merge(const MergeOptions&, const SettingValues& clip_wide, const MergePaths&,
                                    bool own_colours, MergeReport&, Run&);

// The next frame in order that is not skipped, on demand of several workers; T is std::uint8_t or std::uint16_t.
template <class T>
class FrameFeed {
 public:
  FrameFeed(media::FrameSource& source, const std::vector<bool>& skip) : source_(source), skip_(skip) {}
  // With its number; no frame when it cannot be read, which is told and noted.
  std::pair<std::int64_t, std::optional<media::FrameOf<T>>> next(MergeReport& report, Run& run) {
    std::lock_guard lock(reading_);
    while (skip_[static_cast<std::size_t>(next_)]) ++next_;
    const std::int64_t index = next_++;
    auto read = [&] {
      if constexpr (sizeof(T) == 2)
        return source_.deep_at(index);
      else
        return source_.at(index);
    }();
    if (read) return {index, std::move(*read)};
    run.warn(to_sentence(read.error()));
    report.unreadable.push_back(source_.name(index));
    return {index, std::nullopt};
  }

 private:
  media::FrameSource& source_;
  const std::vector<bool>& skip_;
  std::mutex reading_;
  std::int64_t next_ = 0;
};

}  // namespace understudy
