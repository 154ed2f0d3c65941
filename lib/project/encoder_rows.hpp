// SPDX-License-Identifier: Apache-2.0
// How a finished video is encoded, as options: the same rows for all verbs that write one.
#pragma once

#include <string>

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

// A base of the options of such a verb.
struct EncoderSettings {
  media::VideoCodec codec = media::VideoCodec::h264;
  media::VideoQuality quality = media::VideoQuality::crf;
  double crf = 16;
  double bitrate = 16;  // megabits a second
  std::string preset = "medium";
};

template <class S>  // derived from EncoderSettings
constexpr auto encoder_rows() {
  return std::tuple{
      field<S, media::VideoCodec>("codec", &S::codec)
          .says("Codec", "h264 and h265 (4:2:0), or prores: Apple ProRes 4444 for editing, in .mov or .mkv.")
          .in("Video"),
      field<S, media::VideoQuality>("quality", &S::quality)
          .says("Quality",
                "crf: constant quality; bitrate: constant data rate; lossless: every pixel kept, in RGB H.264 (8 bits) "
                "or H.265 (10). ProRes has a quality of its own.")
          .in("Video"),
      field<S, double>("crf", &S::crf)
          .says("CRF", "With quality crf: lower is better and larger; 16 is hard to tell from the frames.")
          .range(0, 51)
          .in("Video"),
      field<S, double>("bitrate", &S::bitrate)
          .says("Bit rate", "With quality bitrate: megabits a second.")
          .range(0.1, 1000)
          .in("Video"),
      field<S, std::string>("preset", &S::preset)
          .says("Encoder preset", "x264's and x265's, from ultrafast to veryslow: slower makes smaller files.")
          .in("Video")
          .advanced()};
}
// all_described<S> of options that have the rows of encoder_rows() beside one for each member of their own.
template <class S>
inline constexpr bool described_with_encoder = std::tuple_size_v<decltype(describe<S>())> ==
                                               std::tuple_size_v<decltype(encoder_rows<S>())> + member_count<S>() - 1;

// Codec, bits of a channel and quality; the rest of the encoder's options stays.
inline void choose(media::VideoOptions& encoder, const EncoderSettings& chosen, int bits) {
  encoder.codec = chosen.codec;
  encoder.bits = bits;
  encoder.quality = chosen.quality;
  encoder.crf = chosen.crf;
  encoder.megabits = chosen.bitrate;
  encoder.preset = chosen.preset;
}

}  // namespace understudy
