// SPDX-License-Identifier: Apache-2.0
#include "lib/media/ffmpeg.hpp"

#include <fstream>
#include <mutex>

#include "lib/media/hardware.hpp"

namespace understudy::media {
namespace {

// An MP4 whose index was never written (a recorder that died, half a download) begins well but cannot be opened.
bool begins_like_mp4(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  char head[12] = {};
  in.read(head, sizeof head);
  return in && std::string_view(head + 4, 4) == "ftyp";
}

Failure cannot_open(const fs::path& path, int code) {
  if (code == AVERROR(ENOENT)) {
    return fail_with_hint(Code::not_found, fmt::format("There is no video {}", path.string()),
                          "Check the name, or put the file there.");
  }
  if (begins_like_mp4(path)) {
    return fail_with_hint(Code::bad_file,
                          fmt::format("{} is cut short: its index is missing or damaged", path.string()),
                          "Copy or download the file again in full.");
  }
  if (code == AVERROR_INVALIDDATA || code == AVERROR_EOF) {
    return fail_with_hint(Code::bad_file, fmt::format("{} is no video file", path.string()),
                          "Give a video that FFmpeg can read (mp4, mov, mkv, webm, avi), or a folder of images.");
  }
  return fail(Code::io, "Cannot open {}: {}", path.string(), av_error(code));
}

}  // namespace

void be_quiet() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_level(AV_LOG_FATAL); });  // what goes wrong is told through Result
}

std::string av_error(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

Result<InputPtr> open_input(const fs::path& path) {
  be_quiet();
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return cannot_open(path, AVERROR(ENOENT));
  AVFormatContext* raw = nullptr;
  // The "file:" prefix keeps names like "http:x.mp4" from being taken for addresses: nothing is fetched at run time.
  if (const int code = avformat_open_input(&raw, ("file:" + path.string()).c_str(), nullptr, nullptr); code < 0) {
    return cannot_open(path, code);
  }
  InputPtr input(raw);
  if (const int code = avformat_find_stream_info(input.get(), nullptr); code < 0) return cannot_open(path, code);
  if (input->nb_streams == 0) return cannot_open(path, AVERROR_INVALIDDATA);
  return input;
}

Result<AVStream*> picture_stream(AVFormatContext& input, const fs::path& path) {
  const int best = av_find_best_stream(&input, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  AVStream* stream = best >= 0 ? input.streams[best] : nullptr;
  const bool is_text = stream && stream->codecpar->codec_id == AV_CODEC_ID_ANSI;  // FFmpeg draws text files as video
  if (!stream || is_text || (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) || stream->codecpar->width <= 0) {
    return fail_with_hint(Code::bad_file, fmt::format("There is no video in {}", path.string()),
                          "Give a file with a picture track, or a folder of images.");
  }
  return stream;
}

Result<CodecPtr> open_decoder(const AVStream& stream, const fs::path& path, int threads, const Hardware* hardware) {
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  if (!codec) {
    return fail_with_hint(
        Code::bad_file,
        fmt::format("This FFmpeg cannot decode {} in {}", avcodec_get_name(stream.codecpar->codec_id), path.string()),
        "Convert the file to H.264 first.");
  }
  CodecPtr context(avcodec_alloc_context3(codec));
  if (avcodec_parameters_to_context(context.get(), stream.codecpar) < 0)
    return fail(Code::bad_file, "{} has a damaged head", path.string());
  context->pkt_timebase = stream.time_base;
  context->thread_count = threads;
  if (hardware) use_hardware(*context, *hardware);
  if (const int code = avcodec_open2(context.get(), codec, nullptr); code < 0) {
    return fail(Code::bad_file, "Cannot decode {}: {}", path.string(), av_error(code));
  }
  return context;
}

const std::uint8_t* stream_side_data(const AVStream& stream, AVPacketSideDataType type, std::size_t at_least) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const auto* side =
      av_packet_side_data_get(stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, type);
  return side && side->size >= at_least ? side->data : nullptr;
#else
  std::size_t size = 0;
  const auto* data = av_stream_get_side_data(&stream, type, &size);
  return size >= at_least ? data : nullptr;
#endif
}

void set_colour(SwsContext& context, const ColourTags& colour, bool yuv_is_source) {
  const int* table = sws_getCoefficients(colour.matrix);
  constexpr int one = 1 << 16;
  const int source_range = yuv_is_source ? colour.full_range : 1;
  const int target_range = yuv_is_source ? 1 : colour.full_range;
  sws_setColorspaceDetails(&context, table, source_range, table, target_range, 0, one, one);
}

AVPixelFormat plain_format(AVPixelFormat format, bool& full_range) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      full_range = true;
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      full_range = true;
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      full_range = true;
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      full_range = true;
      return AV_PIX_FMT_YUV440P;
    default:
      return format;
  }
}

}  // namespace understudy::media
