// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: carrying the sound of one file into another.
#pragma once

#include "lib/media/ffmpeg.hpp"
#include "lib/media/joined_clock.hpp"
#include "lib/media/write_video.hpp"

namespace understudy::media {

class SoundTracks {
 public:
  // Adds one stream to `output` (before its header is written) for every sound track of the file that the part takes
  // in. `tell` (may be empty) gets a sentence for each track that the container does not take as it is.
  static Result<SoundTracks> open(const fs::path&, AVFormatContext& output, double shift, const SoundPart& part,
                                  const std::function<void(const std::string&)>& tell);

  // Writes the sound that lies before a time, so that sound and pictures interleave.
  Result<> write_until(double seconds);
  Result<> finish();
  int copied() const;
  int encoded() const;

 private:
  struct Track {
    AVStream* in = nullptr;
    AVStream* out = nullptr;
    CodecPtr decoder, encoder;  // only for a track that cannot be copied
    SwrPtr resampler;
    std::int64_t samples = AV_NOPTS_VALUE;  // encoded so far, counted from time zero
    std::int64_t written = AV_NOPTS_VALUE;  // DTS of the last packet, in the output's time base
  };

  SoundTracks() = default;
  Result<> add_track(AVStream&, const fs::path&, const std::function<void(const std::string&)>& tell);
  Result<> start_encoder(Track&, const fs::path&);
  Result<> write_packet(AVPacket&, Track&, AVRational from);
  Result<> reencode(Track&, const AVPacket*);
  Result<bool> keep_in_step(Track&, std::int64_t at);
  Result<> encode_ready(Track&, bool flush);
  Result<> encode(Track&, const AVFrame*);

  InputPtr input_;
  AVFormatContext* output_ = nullptr;
  bool may_jump_ = false;
  JoinedClock clock_;
  double shift_ = 0;
  SoundPart part_;
  std::vector<Track> tracks_;
  PacketPtr packet_, encoded_packet_;
  FramePtr frame_;
  bool holding_ = false;  // packet_ waits for its time
  bool ended_ = false;
};

}  // namespace understudy::media
