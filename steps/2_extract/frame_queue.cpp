// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/frame_queue.hpp"

#include "lib/base/stopwatch.hpp"

namespace understudy {

FrameQueue::Batch FrameQueue::take() {
  Stopwatch watch;
  std::lock_guard reading(reading_);
  check(next_ < batches_.size(), "a batch that is there");
  Batch batch;
  batch.queue_ = this;
  batch.number_ = next_;
  batch.indices_ = std::move(batches_[next_++]);
  if (source_.is_video()) {
    for (const auto index : batch.indices_) batch.decoded_.push_back(source_.at(index));
    seconds_.read += watch.lap();
  }
  return batch;
}

Result<media::Frame> FrameQueue::Batch::frame(std::size_t i) {
  if (!decoded_.empty()) return std::move(decoded_.at(i));
  Stopwatch watch;
  auto frame = queue_->source_.read_image_file(indices_.at(i));
  queue_->seconds_.read += watch.lap();
  return frame;
}

}  // namespace understudy
