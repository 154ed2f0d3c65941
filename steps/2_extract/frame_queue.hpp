// SPDX-License-Identifier: Apache-2.0
// Hands the frames of a source to several threads, in batches. A video is decoded in turn, whoever asks; images are
// read by the thread that needs them.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "lib/media/frame_source.hpp"

namespace understudy {

// Where the time went, summed over threads.
struct ThreadSeconds {
  std::atomic<double> read = 0, find = 0, cut = 0, write = 0;
};
class FrameQueue {
 public:
  using Indices = std::vector<std::int64_t>;
  FrameQueue(media::FrameSource& source, std::vector<Indices> batches, ThreadSeconds& seconds)
      : source_(source), batches_(std::move(batches)), seconds_(seconds) {}

  std::size_t count() const { return batches_.size(); }

  class Batch {
   public:
    const Indices& indices() const { return indices_; }
    std::size_t number() const { return number_; }  // of the batch
    // The i-th frame of the batch; may be asked for once.
    Result<media::Frame> frame(std::size_t i);

   private:
    friend FrameQueue;
    FrameQueue* queue_ = nullptr;
    std::size_t number_ = 0;
    Indices indices_;
    std::vector<Result<media::Frame>> decoded_;  // of a video
  };
  // The next one. To be called count() times, from any thread.
  Batch take();

 private:
  media::FrameSource& source_;
  std::vector<Indices> batches_;
  ThreadSeconds& seconds_;
  std::mutex reading_;
  std::size_t next_ = 0;
};

}  // namespace understudy
