// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: which of FFmpeg's encoders writes what is asked for, and how it is set.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/media/ffmpeg.hpp"
#include "lib/media/write_video.hpp"

namespace understudy::media {

struct EncoderChoice {
  const AVCodec* codec = nullptr;
  std::string name;  // for messages: "H.264"
  AVPixelFormat format = AV_PIX_FMT_NONE;
  bool rgb = false;        // no matrix, full range
  bool full_range = true;  // of the pictures that are handed to it
  std::uint32_t tag = 0;   // in mp4 and mov, where players insist on another than FFmpeg's; 0: FFmpeg's
  std::vector<std::pair<std::string, std::string>> settings;
};

// `alpha`: the pictures have a fourth channel. external when this FFmpeg lacks the encoder.
Result<EncoderChoice> choose_encoder(const VideoOptions&, bool alpha);

}  // namespace understudy::media
