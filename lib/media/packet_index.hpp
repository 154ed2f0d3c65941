// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: where every frame of a video lies, so that frames can be counted and reached exactly.
#pragma once

#include "lib/media/ffmpeg.hpp"

namespace understudy::media {

struct KeyPacket {
  std::int64_t pts, dts;
};

struct PacketIndex {
  std::vector<std::int64_t> pts;  // of each shown frame, ascending
  std::vector<KeyPacket> keys;    // ascending by pts
  // False when packets do not name their frames one by one (no time stamps, VP8's hidden frames, ...): then frames were
  // counted by decoding and are reached by decoding from the start.
  bool seekable = true;
  // The file's times begin anew in the middle: JoinedClock makes them one, and frames are reached from the start.
  bool joined = false;
  // Packets that the container calls damaged are frames too. In a transport stream the last one before a join is called
  // so, though it is whole; what cannot be decoded is found then.
  bool doubtful_count = false;
};

// What the decoder gets, and what of it counts: the same for whoever counts frames by decoding them and whoever reads
// them so, or the numbers would not be of the same frames. Packets that the container calls damaged are passed over,
// their frames are then found missing; so are frames of which the decoder says that it had to make parts up.
bool is_to_decode(const AVPacket&, const AVStream&, bool doubtful_count);
bool is_spoilt(const AVFrame&);

Result<PacketIndex> index_packets(AVFormatContext&, const AVStream&, const fs::path&);

}  // namespace understudy::media
