// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: interlaced frames made whole.
#pragma once

#include "lib/media/ffmpeg.hpp"

struct AVFilterGraph;
struct AVFilterContext;

namespace understudy::media {

// FFmpeg's bwdif: one frame out for each frame in, each made with the help of the ones before and behind, so that what
// comes out lags by one. Frames that are not marked as interlaced pass unchanged.
class Deinterlacer {
 public:
  explicit Deinterlacer(AVRational time_base) : time_base_(time_base) {}
  Deinterlacer(Deinterlacer&&) noexcept = default;
  Deinterlacer& operator=(Deinterlacer&&) noexcept = default;

  // The next frame in order, which is emptied; null after the last. False when this FFmpeg cannot.
  bool push(AVFrame*);
  // The next finished one with its time in best_effort_timestamp; false when another has to be pushed first.
  bool pull(AVFrame&);
  void restart();  // what follows has nothing to do with what came before

 private:
  bool open(const AVFrame&);

  struct FreeGraph {
    void operator()(AVFilterGraph*) const;
  };
  AVRational time_base_;
  std::unique_ptr<AVFilterGraph, FreeGraph> graph_;
  AVFilterContext* source_ = nullptr;
  AVFilterContext* sink_ = nullptr;
};

}  // namespace understudy::media
