// SPDX-License-Identifier: Apache-2.0
#include "lib/media/packet_index.hpp"

#include <algorithm>
#include <string_view>

#include "lib/media/joined_clock.hpp"

namespace understudy::media {
namespace {

struct Scan {
  PacketIndex index;
  bool times_known = true;
};

void discard_others(AVFormatContext& input, const AVStream& stream) {
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    if (static_cast<int>(i) != stream.index) input.streams[i]->discard = AVDISCARD_ALL;
  }
}

Scan scan_packets(AVFormatContext& input, const AVStream& stream) {
  Scan scan;
  const bool may_jump = JoinedClock::may_jump(input);
  if (!may_jump) discard_others(input, stream);
  scan.index.doubtful_count = may_jump;
  const int not_shown = AV_PKT_FLAG_DISCARD | (may_jump ? 0 : AV_PKT_FLAG_CORRUPT);
  JoinedClock clock;
  PacketPtr packet(av_packet_alloc());
  while (av_read_frame(&input, packet.get()) >= 0) {
    if (may_jump) clock.mend(*packet, input);
    if (packet->stream_index == stream.index) {
      // Packets outside the edit list are decoded but not shown.
      if (!(packet->flags & not_shown)) {
        scan.times_known &= packet->pts != AV_NOPTS_VALUE;
        scan.index.pts.push_back(packet->pts);
      }
      if ((packet->flags & AV_PKT_FLAG_KEY) && packet->pts != AV_NOPTS_VALUE) {
        scan.index.keys.push_back({packet->pts, packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts});
      }
    }
    av_packet_unref(packet.get());
  }
  scan.index.joined = clock.jumped();
  if (scan.index.joined)
    scan.index.keys.clear();
  else
    discard_others(input, stream);
  return scan;
}

// How many frames an MP4's index tells of that lie behind the file's end. (The number of frames in its head is no
// measure: an edit list may hide some.)
std::int64_t frames_behind_the_end(const AVFormatContext& input, const AVStream& stream) {
  const auto size = avio_size(input.pb);
  if (size <= 0 || !std::string_view(input.iformat->name).starts_with("mov")) return 0;
  std::int64_t missing = 0;
  auto* s = const_cast<AVStream*>(&stream);
  for (int i = 0; i < avformat_index_get_entries_count(s); ++i) {
    const AVIndexEntry* entry = avformat_index_get_entry(s, i);
    missing += entry->pos + entry->size > size;
  }
  return missing;
}

// Codecs in which a packet may hold no frame to be shown.
bool packets_are_frames(AVCodecID codec) { return codec != AV_CODEC_ID_VP8; }

// `scanned`: what the packets said; whether they are joined and doubtful holds for their frames too.
Result<PacketIndex> index_by_decoding(AVFormatContext& input, const AVStream& stream, const PacketIndex& scanned,
                                      const fs::path& path) {
  const bool sought = scanned.joined
                          ? av_seek_frame(&input, -1, 0, AVSEEK_FLAG_BYTE) >= 0
                          : av_seek_frame(&input, stream.index, 0, AVSEEK_FLAG_BACKWARD | AVSEEK_FLAG_ANY) >= 0;
  if (!sought) avio_seek(input.pb, 0, SEEK_SET);
  TRY(const CodecPtr decoder, open_decoder(stream, path, 0));
  PacketIndex index;
  index.seekable = false;
  index.joined = scanned.joined;
  index.doubtful_count = scanned.doubtful_count;
  JoinedClock clock;
  PacketPtr packet(av_packet_alloc());
  FramePtr frame(av_frame_alloc());
  const auto step = std::max<std::int64_t>(1, av_rescale_q(1, av_inv_q(stream.avg_frame_rate), stream.time_base));
  auto take_frames = [&] {
    while (avcodec_receive_frame(decoder.get(), frame.get()) >= 0) {
      if (is_spoilt(*frame)) continue;
      auto tick = frame->best_effort_timestamp;
      if (!index.pts.empty() && (tick == AV_NOPTS_VALUE || tick <= index.pts.back())) tick = index.pts.back() + step;
      index.pts.push_back(tick == AV_NOPTS_VALUE ? 0 : tick);
    }
  };
  while (av_read_frame(&input, packet.get()) >= 0) {
    if (index.joined) clock.mend(*packet, input);
    if (is_to_decode(*packet, stream, index.doubtful_count) && avcodec_send_packet(decoder.get(), packet.get()) >= 0)
      take_frames();
    av_packet_unref(packet.get());
  }
  avcodec_send_packet(decoder.get(), nullptr);
  take_frames();
  return index;
}

}  // namespace

bool is_to_decode(const AVPacket& packet, const AVStream& stream, bool doubtful_count) {
  return packet.stream_index == stream.index && (doubtful_count || !(packet.flags & AV_PKT_FLAG_CORRUPT));
}

bool is_spoilt(const AVFrame& frame) { return (frame.flags & AV_FRAME_FLAG_CORRUPT) && frame.decode_error_flags != 0; }

Result<PacketIndex> index_packets(AVFormatContext& input, const AVStream& stream, const fs::path& path) {
  if (const auto missing = frames_behind_the_end(input, stream); missing > 0) {
    return fail_with_hint(Code::bad_file,
                          fmt::format("{} is cut short: {} of its {} frames lie behind its end", path.string(), missing,
                                      avformat_index_get_entries_count(const_cast<AVStream*>(&stream))),
                          "Copy or download the file again in full.");
  }
  Scan scan = scan_packets(input, stream);
  auto& pts = scan.index.pts;
  std::sort(pts.begin(), pts.end());
  std::sort(scan.index.keys.begin(), scan.index.keys.end(), [](auto& a, auto& b) { return a.pts < b.pts; });
  const bool unique = std::adjacent_find(pts.begin(), pts.end()) == pts.end();
  if (scan.times_known && unique && packets_are_frames(stream.codecpar->codec_id)) return std::move(scan.index);
  return index_by_decoding(input, stream, scan.index, path);
}

}  // namespace understudy::media
