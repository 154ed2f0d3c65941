// SPDX-License-Identifier: Apache-2.0
#include "lib/media/packet_index.hpp"

#include <algorithm>

namespace understudy::media {
namespace {

struct Scan {
  PacketIndex index;
  std::int64_t whole_packets = 0;
  bool times_known = true;
};

Scan scan_packets(AVFormatContext& input, const AVStream& stream) {
  Scan scan;
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    if (static_cast<int>(i) != stream.index) input.streams[i]->discard = AVDISCARD_ALL;
  }
  PacketPtr packet(av_packet_alloc());
  while (av_read_frame(&input, packet.get()) >= 0) {
    if (packet->stream_index == stream.index) {
      if (!(packet->flags & AV_PKT_FLAG_CORRUPT)) ++scan.whole_packets;
      // Packets outside the edit list are decoded but not shown.
      if (!(packet->flags & (AV_PKT_FLAG_DISCARD | AV_PKT_FLAG_CORRUPT))) {
        scan.times_known &= packet->pts != AV_NOPTS_VALUE;
        scan.index.pts.push_back(packet->pts);
      }
      if ((packet->flags & AV_PKT_FLAG_KEY) && packet->pts != AV_NOPTS_VALUE) {
        scan.index.keys.push_back({packet->pts, packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts});
      }
    }
    av_packet_unref(packet.get());
  }
  return scan;
}

// Codecs in which a packet may hold no frame to be shown.
bool packets_are_frames(AVCodecID codec) { return codec != AV_CODEC_ID_VP8; }

Result<PacketIndex> index_by_decoding(AVFormatContext& input, const AVStream& stream, const fs::path& path) {
  if (av_seek_frame(&input, stream.index, 0, AVSEEK_FLAG_BACKWARD | AVSEEK_FLAG_ANY) < 0)
    avio_seek(input.pb, 0, SEEK_SET);
  TRY(const CodecPtr decoder, open_decoder(stream, path, 0));
  PacketIndex index;
  index.seekable = false;
  PacketPtr packet(av_packet_alloc());
  FramePtr frame(av_frame_alloc());
  const auto step = std::max<std::int64_t>(1, av_rescale_q(1, av_inv_q(stream.avg_frame_rate), stream.time_base));
  auto take_frames = [&] {
    while (avcodec_receive_frame(decoder.get(), frame.get()) >= 0) {
      auto tick = frame->best_effort_timestamp;
      if (!index.pts.empty() && (tick == AV_NOPTS_VALUE || tick <= index.pts.back())) tick = index.pts.back() + step;
      index.pts.push_back(tick == AV_NOPTS_VALUE ? 0 : tick);
    }
  };
  while (av_read_frame(&input, packet.get()) >= 0) {
    if (packet->stream_index == stream.index && avcodec_send_packet(decoder.get(), packet.get()) >= 0) take_frames();
    av_packet_unref(packet.get());
  }
  avcodec_send_packet(decoder.get(), nullptr);
  take_frames();
  return index;
}

}  // namespace

Result<PacketIndex> index_packets(AVFormatContext& input, const AVStream& stream, const fs::path& path) {
  Scan scan = scan_packets(input, stream);
  if (stream.nb_frames > scan.whole_packets) {
    return fail_with_hint(Code::bad_file,
                          fmt::format("{} is cut short: it announces {} frames, but only {} can be read", path.string(),
                                      stream.nb_frames, scan.whole_packets),
                          "Copy or download the file again in full.");
  }
  auto& pts = scan.index.pts;
  std::sort(pts.begin(), pts.end());
  std::sort(scan.index.keys.begin(), scan.index.keys.end(), [](auto& a, auto& b) { return a.pts < b.pts; });
  const bool unique = std::adjacent_find(pts.begin(), pts.end()) == pts.end();
  if (scan.times_known && unique && packets_are_frames(stream.codecpar->codec_id)) return std::move(scan.index);
  return index_by_decoding(input, stream, path);
}

}  // namespace understudy::media
