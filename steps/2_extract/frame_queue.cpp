// SPDX-License-Identifier: Apache-2.0
#include "steps/2_extract/frame_queue.hpp"

#include <chrono>

namespace understudy {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

FrameQueue::Batch FrameQueue::take() {
  double start = seconds_now();
  std::lock_guard reading(reading_);
  check(next_ < batches_.size(), "a batch that is there");
  Batch batch;
  batch.queue_ = this;
  batch.number_ = next_;
  batch.indices_ = std::move(batches_[next_++]);
  if (source_.is_video()) {
    for (const auto index : batch.indices_) batch.decoded_.push_back(source_.at(index));
    add_time(seconds_.read, start);
  }
  return batch;
}

Result<media::Frame> FrameQueue::Batch::frame(std::size_t i) {
  if (!decoded_.empty()) return std::move(decoded_.at(i));
  double start = seconds_now();
  auto frame = queue_->source_.read_image_file(indices_.at(i));
  add_time(queue_->seconds_.read, start);
  return frame;
}

}  // namespace understudy
