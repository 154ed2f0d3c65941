// SPDX-License-Identifier: Apache-2.0
#include "lib/media/encoder_choice.hpp"

#include "lib/media/stream_light.hpp"

namespace understudy::media {
namespace {

Result<const AVCodec*> encoder_named(const char* name, const std::string& format) {
  if (const AVCodec* codec = avcodec_find_encoder_by_name(name)) return codec;
  return fail(Code::external, "This FFmpeg has no {} encoder ({})", format, name);
}

std::pair<std::string, std::string> rate_of(const VideoOptions& options) {
  return {"crf", fmt::format("{}", options.crf)};
}

Result<EncoderChoice> h264(const VideoOptions& options) {
  const bool lossless = options.quality == VideoQuality::lossless;
  EncoderChoice choice{.name = "H.264",
                       .format = lossless ? AV_PIX_FMT_BGR24 : AV_PIX_FMT_YUV420P,
                       .rgb = lossless,
                       .full_range = options.colour.full_range,
                       .settings = {{"preset", options.preset}}};
  TRY(choice.codec, encoder_named(lossless ? "libx264rgb" : "libx264", choice.name));
  if (lossless) choice.settings.push_back({"qp", "0"});
  if (options.quality == VideoQuality::crf) choice.settings.push_back(rate_of(options));
  return choice;
}

Result<EncoderChoice> h265(const VideoOptions& options) {
  const bool lossless = options.quality == VideoQuality::lossless, deep = options.bits > 8;
  EncoderChoice choice{.name = "H.265",
                       .rgb = lossless,
                       .full_range = options.colour.full_range,
                       .tag = MKTAG('h', 'v', 'c', '1'),  // Apple's players know no other
                       .settings = {{"preset", options.preset}}};
  choice.format =
      lossless ? (deep ? AV_PIX_FMT_GBRP10 : AV_PIX_FMT_GBRP) : (deep ? AV_PIX_FMT_YUV420P10 : AV_PIX_FMT_YUV420P);
  TRY(choice.codec, encoder_named("libx265", choice.name));
  choice.settings.push_back(
      {"x265-params", (lossless ? "log-level=none:lossless=1" : "log-level=none") + x265_light(options.light)});
  if (options.quality == VideoQuality::crf) choice.settings.push_back(rate_of(options));
  return choice;
}

// ProRes is limited range by definition: its frames have no mark for another (SMPTE RDD 36).
Result<EncoderChoice> prores(bool alpha) {
  EncoderChoice choice{.name = "ProRes",
                       .format = alpha ? AV_PIX_FMT_YUVA444P10 : AV_PIX_FMT_YUV444P10,
                       .full_range = false,
                       .settings = {{"profile", "4444"}, {"vendor", "apl0"}}};
  TRY(choice.codec, encoder_named("prores_ks", choice.name));
  if (alpha) choice.settings.push_back({"alpha_bits", "16"});
  return choice;
}

}  // namespace

Result<EncoderChoice> choose_encoder(const VideoOptions& options, bool alpha) {
  if (options.codec == VideoCodec::prores) return prores(alpha);
  return options.codec == VideoCodec::h265 ? h265(options) : h264(options);
}

}  // namespace understudy::media
