// SPDX-License-Identifier: Apache-2.0
#include "steps/7_video/timing.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "lib/media/frame_times.hpp"
#include "lib/media/sequence.hpp"

namespace understudy {
namespace {

// "00012" -> 11; empty for anything that is not a number from 1 on.
std::optional<std::int64_t> index_in_name(const fs::path& file) {
  const auto stem = file.stem().string();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  if (error != std::errc() || end != stem.data() + stem.size() || number < 1) return {};
  return number - 1;
}

struct Found {
  std::vector<TimedFile> files;
  std::vector<std::string> extra;
};

// Those images that have a tick; nothing when most have none, for then the names mean something else.
template <class TickOf>
std::optional<Found> timed(const std::vector<fs::path>& images, const TickOf& tick_of) {
  Found found;
  for (const auto& image : images) {
    if (const std::optional<std::int64_t> tick = tick_of(image))
      found.files.push_back({image, *tick});
    else
      found.extra.push_back(image.filename().string());
  }
  if (found.files.empty() || found.extra.size() > found.files.size()) return {};
  return found;
}

std::optional<Found> by_manifest(const std::vector<fs::path>& images, const media::Sequence& sequence) {
  return timed(images, [&](const fs::path& image) -> std::optional<std::int64_t> {
    const auto tick = sequence.ticks.find(image.stem().string());
    return tick == sequence.ticks.end() ? std::nullopt : std::optional(tick->second);
  });
}

std::optional<Found> by_number(const std::vector<fs::path>& images, const media::VideoInfo& reference) {
  return timed(images, [&](const fs::path& image) -> std::optional<std::int64_t> {
    const auto index = index_in_name(image);
    if (!index || *index >= reference.count()) return {};
    return reference.ticks[static_cast<std::size_t>(*index)];
  });
}

// Two names with one number must not be shown at once: the first counts.
void sort_and_unite(std::vector<TimedFile>& files) {
  std::stable_sort(files.begin(), files.end(), [](auto& a, auto& b) { return a.tick < b.tick; });
  files.erase(std::unique(files.begin(), files.end(), [](auto& a, auto& b) { return a.tick == b.tick; }), files.end());
}

media::Rational rate_of(double fps) {
  const double ntsc = fps * 1001 / 1000;  // 29.97 and its kin
  if (std::abs(ntsc - std::round(ntsc)) < 1e-4 && std::abs(fps - std::round(fps)) > 1e-4)
    return {static_cast<int>(std::lround(ntsc)) * 1000, 1001};
  return {static_cast<int>(std::lround(fps * 1000)), 1000};
}

// A constant rate that the reference's time base could not hold is made constant again.
void even_out(Timing& timing, const media::VideoInfo& reference) {
  const auto times = media::frame_times(reference);
  if (times.time_base == reference.time_base || timing.time_base != reference.time_base) return;
  std::vector<std::int64_t> ticks;
  for (const auto& file : timing.files) {
    const auto at = std::ranges::lower_bound(reference.ticks, file.tick);
    if (at == reference.ticks.end() || *at != file.tick) return;
    ticks.push_back(times.ticks[static_cast<std::size_t>(at - reference.ticks.begin())]);
  }
  for (std::size_t i = 0; i < ticks.size(); ++i) timing.files[i].tick = ticks[i];
  timing.start = times.ticks.front();
  timing.time_base = times.time_base;
  if (timing.frame_rate == reference.frame_rate) timing.frame_rate = times.frame_rate;
}

// False when the names do not follow the reference.
bool follow(Timing& timing, const std::vector<fs::path>& images, const media::VideoInfo& reference,
            const Result<media::Sequence>& sequence) {
  std::int64_t frames = reference.count();
  std::optional<Found> found;
  if (sequence && sequence->source == media::video_identity(reference)) {
    found = by_manifest(images, *sequence);
    timing.time_base = sequence->time_base;
    frames = static_cast<std::int64_t>(sequence->ticks.size());
  }
  if (!found) {
    found = by_number(images, reference);
    timing.time_base = reference.time_base;
    frames = reference.count();
  }
  if (!found) return false;
  sort_and_unite(found->files);
  timing.files = std::move(found->files);
  timing.extra = std::move(found->extra);
  timing.start = reference.ticks.front();
  timing.missing = frames - static_cast<std::int64_t>(timing.files.size());
  if (frames < reference.count()) {  // fewer were taken: the nominal rate falls likewise
    timing.frame_rate =
        rate_of(reference.frame_rate.value() * static_cast<double>(frames) / static_cast<double>(reference.count()));
  }
  even_out(timing, reference);
  return true;
}

// As the sequence was taken or imported, when the video itself is not there.
bool follow(Timing& timing, const std::vector<fs::path>& images, const media::Sequence& sequence) {
  auto found = by_manifest(images, sequence);
  if (!found) return false;
  sort_and_unite(found->files);
  timing.files = std::move(found->files);
  timing.extra = std::move(found->extra);
  timing.time_base = sequence.time_base;
  std::int64_t first = timing.files.front().tick, last = first;
  for (const auto& [stem, tick] : sequence.ticks) {
    first = std::min(first, tick);
    last = std::max(last, tick);
  }
  const auto frames = static_cast<std::int64_t>(sequence.ticks.size());
  timing.start = first;
  timing.missing = frames - static_cast<std::int64_t>(timing.files.size());
  const double seconds = static_cast<double>(last - first) * sequence.time_base.value();
  if (seconds > 0) timing.frame_rate = rate_of(static_cast<double>(frames - 1) / seconds);
  return true;
}

}  // namespace

Timing time_images(const std::vector<fs::path>& images, const std::optional<media::VideoInfo>& reference,
                   const fs::path& manifest, double fps) {
  Timing timing;
  if (reference) timing.frame_rate = reference->frame_rate;
  if (fps > 0) timing.frame_rate = rate_of(fps);
  if (fps <= 0) {
    const auto sequence = media::read_sequence(manifest);
    if (reference) timing.follows_reference = follow(timing, images, *reference, sequence);
    if (!reference && sequence) timing.follows_reference = follow(timing, images, *sequence);
    if (timing.follows_reference) return timing;
  }
  timing.time_base = {timing.frame_rate.den, timing.frame_rate.num};
  for (std::size_t i = 0; i < images.size(); ++i) timing.files.push_back({images[i], static_cast<std::int64_t>(i)});
  return timing;
}

}  // namespace understudy
