// SPDX-License-Identifier: Apache-2.0
// Frames for several workers, with the networks asked ahead about as many faces as they take at once.
#pragma once

#include <algorithm>
#include <deque>

#include "steps/6_merge/prepare.hpp"

namespace understudy {

// The frames in order that are not skipped; T is std::uint8_t or std::uint16_t. Thread-safe.
template <class T>
class FrameFeed {
 public:
  // All are held by reference.
  FrameFeed(PreparedMerge& work, const std::vector<bool>& skip) : work_(work), skip_(skip) {}
  FrameFeed(PreparedMerge&, std::vector<bool>&&) = delete;

  struct Taken {
    std::int64_t index = 0;
    std::optional<media::FrameOf<T>> frame;  // nothing when it cannot be read, which is told and noted
  };
  // The next one; to be called no more often than there are frames.
  Result<Taken> next(MergeReport& report, Run& run) {
    std::lock_guard lock(reading_);
    if (ready_.empty()) TRY_VOID(fill(report, run));
    check(!ready_.empty(), "a frame is left");
    Taken taken = std::move(ready_.front());
    ready_.pop_front();
    return taken;
  }

 private:
  static constexpr std::size_t most = 8;  // frames that wait, whatever they hold

  Result<> fill(MergeReport& report, Run& run) {
    std::vector<MergeModels::Question> questions;
    while (ready_.size() < most && questions.size() < work_.models.faces_at_once()) {
      while (next_ < work_.source.count() && skip_[static_cast<std::size_t>(next_)]) ++next_;
      if (next_ == work_.source.count()) break;
      const Taken& taken = ready_.emplace_back(read(next_++, report, run));
      if (!taken.frame) break;
      const auto& plan = work_.plans[static_cast<std::size_t>(taken.index)];
      const PlateColours* plate = sizeof(T) == 2 && work_.plate ? &*work_.plate : nullptr;
      for (auto& question : work_.models.open_questions(taken.frame->bgr, plan, plate))
        questions.push_back(std::move(question));
      if (questions.empty()) break;  // all is known already: nobody need wait
    }
    return work_.models.ask_ahead(std::move(questions));
  }
  Taken read(std::int64_t index, MergeReport& report, Run& run) {
    auto frame = [&] {
      if constexpr (sizeof(T) == 2)
        return work_.source.deep_at(index);
      else
        return work_.source.at(index);
    }();
    if (frame) return {index, std::move(*frame)};
    run.warn(to_sentence(frame.error()));
    report.unreadable.push_back(work_.source.name(index));
    return {index, std::nullopt};
  }

  PreparedMerge& work_;
  const std::vector<bool>& skip_;
  std::mutex reading_;
  std::deque<Taken> ready_;
  std::int64_t next_ = 0;
};

}  // namespace understudy
