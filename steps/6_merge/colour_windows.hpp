// SPDX-License-Identifier: Apache-2.0
// What colour transfers measure over the frames around: each frame is looked at once, by whichever worker needs it
// first.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>

#include "steps/6_merge/face_track.hpp"
#include "steps/6_merge/prepare.hpp"

namespace understudy {

class ColourWindows {
 public:
  // `deep`: the frames are merged at 16 bits.
  ColourWindows(const PreparedMerge& work, bool deep)
      : work_(work), deep_(deep), in_window_(in_windows(work.plans, work.timeline, work.wanted)) {}

  // All that the faces of a frame that is wanted are fitted to. Thread-safe; frames are best asked for in order. The
  // result depends on the frames and their settings alone. Frames around that cannot be read count for nothing.
  Result<FrameColours> of_frame(std::int64_t index);

 private:
  using Measures = std::vector<std::shared_ptr<const ColourMeasure>>;  // by the frame's faces; null where there is none
  Result<> measure(std::int64_t frame, std::unique_lock<std::mutex>&);
  template <class T>
  Result<Measures> measured(const Image<T>& bgr, std::int64_t frame) const;
  void forget_before(std::int64_t frame);

  const PreparedMerge& work_;
  const bool deep_;
  const std::vector<std::vector<bool>> in_window_;  // by frame and face: the networks of others may not be opened
  std::optional<media::FrameSource> source_;        // its own, so that it reads in order; opened when it is needed
  std::map<std::int64_t, std::optional<Measures>> known_;  // nothing: a worker is at it
  std::mutex mutex_;
  std::condition_variable done_;
};

}  // namespace understudy
