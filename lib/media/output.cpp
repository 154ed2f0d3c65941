// SPDX-License-Identifier: Apache-2.0
#include "lib/media/output.hpp"

#include <algorithm>

#include "lib/media/marking.hpp"

namespace understudy::media {

Failure write_failure(const fs::path& target, int code) {
  return fail_with_hint(Code::io, fmt::format("Cannot write {}: {}", target.string(), av_error(code)),
                        code == AVERROR(ENOSPC) ? "Free some space on that disk and run the command again." : "");
}

Result<OutputPtr> open_output(const fs::path& target, const fs::path& temporary) {
  be_quiet();
  AVFormatContext* raw = nullptr;
  if (avformat_alloc_output_context2(&raw, nullptr, nullptr, temporary.c_str()) < 0) {
    return fail_with_hint(Code::bad_option, fmt::format("There is no video container for the name {}", target.string()),
                          "Use a name that ends in .mp4, .mov or .mkv.");
  }
  OutputPtr output(raw);
  if (const int code = avio_open(&output->pb, ("file:" + temporary.string()).c_str(), AVIO_FLAG_WRITE); code < 0)
    return write_failure(target, code);
  return output;
}

void add_marks(AVFormatContext& output, const VideoOptions& options) {
  if (options.synthetic)
    av_dict_set(&output.metadata, "DigitalSourceType", std::string(composite_with_trained_media).c_str(), 0);
  if (!options.comment.empty()) av_dict_set(&output.metadata, "comment", options.comment.c_str(), 0);
}

Result<> write_header(AVFormatContext& output, const fs::path& target) {
  AVDictionary* muxer = nullptr;
  av_dict_set(&muxer, "movflags", "+faststart+use_metadata_tags", 0);
  const int code = avformat_write_header(&output, &muxer);
  av_dict_free(&muxer);
  if (code < 0) return write_failure(target, code);
  return {};
}

bool takes(const AVOutputFormat& format, const AVStream& in) {
  if (avformat_query_codec(&format, in.codecpar->codec_id, FF_COMPLIANCE_NORMAL) == 0) return false;
  AVFormatContext* raw = nullptr;
  if (avformat_alloc_output_context2(&raw, &format, nullptr, nullptr) < 0) return false;
  AVStream* out = avformat_new_stream(raw, nullptr);
  bool taken = avcodec_parameters_copy(out->codecpar, in.codecpar) >= 0 && avio_open_dyn_buf(&raw->pb) >= 0;
  out->codecpar->codec_tag = 0;
  out->time_base = in.time_base;
  taken = taken && avformat_write_header(raw, nullptr) >= 0;
  std::uint8_t* written = nullptr;
  if (raw->pb) avio_close_dyn_buf(raw->pb, &written);
  av_free(written);
  avformat_free_context(raw);
  return taken;
}

Result<> finish_output(AVFormatContext& output, const fs::path& target) {
  if (const int code = av_write_trailer(&output); code < 0) return write_failure(target, code);
  if (const int code = avio_closep(&output.pb); code < 0) return write_failure(target, code);
  return {};
}

void copy_side_data(const AVStream& from, AVStream& to) {
#if LIBAVFORMAT_VERSION_INT < AV_VERSION_INT(60, 15, 100)  // since then avcodec_parameters_copy() does it
  for (int i = 0; i < from.nb_side_data; ++i) {
    const auto& side = from.side_data[i];
    if (auto* copy = av_stream_new_side_data(&to, side.type, side.size)) std::copy_n(side.data, side.size, copy);
  }
#else
  (void)from;
  (void)to;
#endif
}

}  // namespace understudy::media
