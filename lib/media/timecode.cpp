// SPDX-License-Identifier: Apache-2.0
#include "lib/media/timecode.hpp"

#include <cmath>
#include <cstdio>

namespace understudy::media {

std::string timecode_after(const std::string& first, std::int64_t frames, Rational rate) {
  int hours = 0, minutes = 0, seconds = 0, frame = 0, read = 0;
  char mark = ':';
  if (std::sscanf(first.c_str(), "%2d:%2d:%2d%c%2d%n", &hours, &minutes, &seconds, &mark, &frame, &read) != 5 ||
      static_cast<std::size_t>(read) != first.size())
    return "";
  const std::int64_t per_second = std::llround(rate.value());
  if (per_second < 1 || per_second > 99 || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 ||
      seconds > 59 || frame < 0 || frame >= per_second)
    return "";
  const bool drop = mark != ':' && per_second % 30 == 0;
  const std::int64_t dropped = drop ? per_second / 15 : 0;  // a minute, but not every tenth
  const std::int64_t per_minute = 60 * per_second - dropped, per_ten = 10 * per_minute + dropped,
                     per_day = 144 * per_ten;
  const std::int64_t minute = 60 * hours + minutes;
  std::int64_t count = per_second * (60 * minute + seconds) + frame - dropped * (minute - minute / 10) + frames;
  count = (count % per_day + per_day) % per_day;
  // Back to numbers: those that were left out are counted in again.
  const std::int64_t in_ten = count % per_ten, full = per_minute + dropped;  // the first minute
  count += dropped * 9 * (count / per_ten);
  if (in_ten >= full) count += dropped * (1 + (in_ten - full) / per_minute);
  const std::int64_t all = count / per_second;
  return fmt::format("{:02}:{:02}:{:02}{}{:02}", all / 3600, all / 60 % 60, all % 60, drop ? ';' : ':',
                     count % per_second);
}

std::string timecode_of(const VideoInfo& video, std::int64_t frame) {
  if (video.timecode.empty() || frame < 0 || frame >= video.count()) return "";
  if (!video.variable_rate) return timecode_after(video.timecode, frame, video.frame_rate);
  const Rational whole{static_cast<int>(std::lround(video.frame_rate.value())), 1};
  const double passed =
      static_cast<double>(video.ticks[static_cast<std::size_t>(frame)] - video.ticks.front()) * video.time_base.value();
  return timecode_after(video.timecode, std::llround(passed * whole.value()), whole);
}

}  // namespace understudy::media
