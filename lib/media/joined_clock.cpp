// SPDX-License-Identifier: Apache-2.0
#include "lib/media/joined_clock.hpp"

#include <algorithm>

namespace understudy::media {
namespace {

constexpr std::int64_t back = AV_TIME_BASE / 10, forward = 10LL * AV_TIME_BASE;  // what is a jump

}  // namespace

bool JoinedClock::may_jump(const AVFormatContext& input) { return (input.iformat->flags & AVFMT_TS_DISCONT) != 0; }

void JoinedClock::mend(AVPacket& packet, const AVFormatContext& input) {
  const auto index = static_cast<std::size_t>(packet.stream_index);
  const AVRational base = input.streams[index]->time_base;
  const auto stored = packet.dts != AV_NOPTS_VALUE ? packet.dts : packet.pts;
  if (stored == AV_NOPTS_VALUE) return;
  if (index >= tracks_.size()) tracks_.resize(index + 1);
  Track& track = tracks_[index];
  const std::int64_t raw = av_rescale_q(stored, base, AV_TIME_BASE_Q);
  std::int64_t time = raw + offsets_[track.part];
  if (track.last != AV_NOPTS_VALUE && (time < track.last - back || time > track.last + forward)) {
    if (++track.part == offsets_.size()) offsets_.push_back(end_ - raw);
    time = raw + offsets_[track.part];
  }
  track.last = time;
  const auto length = std::max<std::int64_t>(packet.duration, 0);
  const auto shown = packet.pts != AV_NOPTS_VALUE ? packet.pts : stored;
  end_ = std::max(end_, av_rescale_q(shown + length, base, AV_TIME_BASE_Q) + offsets_[track.part]);
  const std::int64_t shift = av_rescale_q(offsets_[track.part], AV_TIME_BASE_Q, base);
  if (packet.pts != AV_NOPTS_VALUE) packet.pts += shift;
  if (packet.dts != AV_NOPTS_VALUE) packet.dts += shift;
}

}  // namespace understudy::media
