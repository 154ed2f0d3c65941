// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media (included by .cpp files only): owners for FFmpeg's objects.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lib/media/ffmpeg_functions.hpp"
#include "lib/media/probe.hpp"

namespace understudy::media {

struct Free {
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
  void operator()(SwrContext* p) const { swr_free(&p); }
};
struct CloseInput {
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
};
using FramePtr = std::unique_ptr<AVFrame, Free>;
using PacketPtr = std::unique_ptr<AVPacket, Free>;
using CodecPtr = std::unique_ptr<AVCodecContext, Free>;
using SwsPtr = std::unique_ptr<SwsContext, Free>;
using SwrPtr = std::unique_ptr<SwrContext, Free>;
using InputPtr = std::unique_ptr<AVFormatContext, CloseInput>;

inline AVRational av(Rational r) { return {r.num, r.den}; }
inline Rational ours(AVRational r) { return {r.num, r.den}; }
std::string av_error(int code);  // FFmpeg's own words
void be_quiet();                 // FFmpeg's log off; called before anything is opened or written

// Opens a file with its streams known. Says in one sentence why not: missing, no video file, cut short.
Result<InputPtr> open_input(const fs::path&);
// The picture stream (no cover art), or bad_file.
Result<AVStream*> picture_stream(AVFormatContext&, const fs::path&);
struct Hardware;  // lib/media/hardware.hpp
// A decoder for a stream; threads 0 = one per core. `hardware` may be null.
Result<CodecPtr> open_decoder(const AVStream&, const fs::path&, int threads, const Hardware* hardware = nullptr);

// What a container says of a stream beside its parameters; null when there is none of at least that size.
const std::uint8_t* stream_side_data(const AVStream&, AVPacketSideDataType, std::size_t at_least);
template <class T>
const T* side_data(const AVStream& stream, AVPacketSideDataType type, std::size_t at_least = sizeof(T)) {
  return reinterpret_cast<const T*>(stream_side_data(stream, type, at_least));
}

// Sets an swscale context's YUV matrix and range on the side that is YUV; RGB is always full range.
void set_colour(SwsContext&, const ColourTags&, bool yuv_is_source);
// The deprecated "yuvj" formats mean full range; both the plain format and the range come out.
AVPixelFormat plain_format(AVPixelFormat, bool& full_range);

}  // namespace understudy::media
