// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/colour_windows.hpp"

#include <algorithm>

#include "lib/base/workers.hpp"

namespace understudy {

Result<FrameColours> ColourWindows::of_frame(std::int64_t index) {
  const PlannedFrame& plan = work_.plans[static_cast<std::size_t>(index)];
  FrameColours colours;
  colours.plate = deep_ && work_.plate ? &*work_.plate : nullptr;
  std::vector<std::vector<WindowFace>> windows;
  std::vector<std::int64_t> frames;
  for (std::size_t i = 0; i < plan.faces.size(); ++i) {
    windows.push_back(window_of(work_.plans, work_.timeline, index, i));
    for (const auto& face : windows.back()) frames.push_back(face.frame);
  }
  if (frames.empty()) return colours;
  std::ranges::sort(frames);
  frames.erase(std::ranges::unique(frames).begin(), frames.end());
  std::map<std::int64_t, Measures> measures;
  std::unique_lock lock(mutex_);
  if (!source_) {
    TRY(source_, media::FrameSource::open(work_.source.path(), {.own_colours = work_.plate.has_value()}));
  }
  // What nobody is at first, in order; then what others are at. (One of them may have failed, or forgotten it.)
  while (measures.size() < frames.size()) {
    bool waited = true;
    for (const auto frame : frames) {
      const auto found = known_.find(frame);
      if (found != known_.end() && found->second) {
        measures.emplace(frame, *found->second);
      } else if (found == known_.end() && !measures.contains(frame)) {
        TRY_VOID(measure(frame, lock));
        waited = false;
        break;
      }
    }
    if (waited && measures.size() < frames.size()) done_.wait(lock);
  }
  forget_before(frames.front());
  lock.unlock();
  for (const auto& window : windows) {
    auto& weighted = colours.windows.emplace_back();
    for (const auto& face : window) {
      const auto& measure = measures.at(face.frame);
      if (face.face >= measure.size() || !measure[face.face]) continue;
      colours.held.push_back(measure[face.face]);
      weighted.push_back({measure[face.face].get(), face.weight});
    }
  }
  return colours;
}

// Frames are read with the lock held, so in order; measured without.
Result<> ColourWindows::measure(std::int64_t frame, std::unique_lock<std::mutex>& lock) {
  known_.emplace(frame, std::nullopt);
  const auto look = [&](auto read) -> Result<Measures> {
    lock.unlock();
    return read ? measured(read->bgr, frame) : Measures();
  };
  // Others wait until this one is known or forgotten, so nothing may leave here by a throw.
  auto made = walled([&] { return deep_ ? look(source_->deep_at(frame)) : look(source_->at(frame)); });
  if (!lock.owns_lock()) lock.lock();
  if (made)
    known_[frame] = *std::move(made);
  else
    known_.erase(frame);
  done_.notify_all();
  return made ? Result<>() : Result<>(Failure(made.error()));
}

template <class T>
Result<ColourWindows::Measures> ColourWindows::measured(const Image<T>& bgr, std::int64_t frame) const {
  Measures measures;
  const PlateColours* plate = deep_ && work_.plate ? &*work_.plate : nullptr;
  const auto& faces = work_.plans[static_cast<std::size_t>(frame)].faces;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    measures.push_back(nullptr);
    if (!in_window_[static_cast<std::size_t>(frame)][i]) continue;
    TRY(auto measure, work_.models.measure(bgr, faces[i], plate));
    if (measure) measures.back() = std::make_shared<const ColourMeasure>(*std::move(measure));
  }
  return measures;
}

// What no frame that is still to come needs; one that does is measured again.
void ColourWindows::forget_before(std::int64_t frame) {
  constexpr std::int64_t kept_behind = 16;
  for (auto at = known_.begin(); at != known_.end() && at->first < frame - kept_behind;)
    at = at->second ? known_.erase(at) : std::next(at);
}

}  // namespace understudy
