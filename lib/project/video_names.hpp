// SPDX-License-Identifier: Apache-2.0
// How options name codecs and qualities.
#pragma once

#include "lib/media/write_video.hpp"
#include "lib/options/describe.hpp"

namespace understudy {

template <>
struct Names<media::VideoQuality> {
  static constexpr std::array all{"crf", "bitrate", "lossless"};
};

template <>
struct Names<media::VideoCodec> {
  static constexpr std::array all{"h264", "h265", "prores"};
};

}  // namespace understudy
