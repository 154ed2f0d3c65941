// SPDX-License-Identifier: Apache-2.0
#include "steps/6_merge/frame_clock.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

#include "lib/base/hash.hpp"
#include "lib/media/sequence.hpp"
#include "lib/media/timecode.hpp"

namespace understudy {
namespace {

// "00012" -> 11
std::optional<std::int64_t> number_in(const std::string& stem) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  if (error != std::errc() || end != stem.data() + stem.size() || number < 1) return {};
  return number - 1;
}

// Which frame of the video an image is.
std::optional<std::int64_t> frame_of(const std::string& stem, const media::VideoInfo& video,
                                     const std::optional<media::Sequence>& sequence) {
  if (!sequence) return number_in(stem);
  const auto tick = sequence->ticks.find(stem);
  if (tick == sequence->ticks.end()) return {};
  // In the sequence's own time base, which may be a finer one.
  const double wanted = static_cast<double>(tick->second) * sequence->time_base.value() / video.time_base.value() - 0.5;
  const auto at =
      std::ranges::lower_bound(video.ticks, wanted, {}, [](std::int64_t t) { return static_cast<double>(t); });
  return at - video.ticks.begin();
}

}  // namespace

FrameClock FrameClock::of(const media::FrameSource& source, const fs::path& video, const fs::path& manifest) {
  FrameClock clock;
  clock.codes_.resize(static_cast<std::size_t>(source.count()));
  if (const auto* own = source.video()) {
    clock.rate_ = own->frame_rate.value();
    for (std::int64_t i = 0; i < source.count(); ++i)
      clock.codes_[static_cast<std::size_t>(i)] = media::timecode_of(*own, i);
    return clock;
  }
  const auto info = video.empty() ? std::nullopt : std::optional(media::probe(video));
  if (!info || !*info) return clock;
  const auto read = media::read_sequence(manifest);
  std::optional<media::Sequence> sequence;
  if (read && read->source == media::video_identity(**info)) sequence = *read;
  for (std::int64_t i = 0; i < source.count(); ++i) {
    const auto frame = frame_of(fs::path(source.name(i)).stem().string(), **info, sequence);
    if (!frame || *frame >= (*info)->count()) continue;
    clock.rate_ = (*info)->frame_rate.value();
    clock.codes_[static_cast<std::size_t>(i)] = media::timecode_of(**info, *frame);
  }
  return clock;
}

std::uint64_t FrameClock::content() const {
  std::uint64_t hash = xxh3(std::bit_cast<std::uint64_t>(rate_), codes_.size());
  for (const auto& code : codes_) hash = xxh3(code, hash);
  return hash;
}

}  // namespace understudy
