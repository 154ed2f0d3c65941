// SPDX-License-Identifier: Apache-2.0
#include "lib/media/write_video.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/text.hpp"
#include "lib/media/marking.hpp"
#include "lib/media/output.hpp"
#include "lib/media/sound.hpp"

namespace understudy::media {
namespace {

// One file being written under a temporary name.
class Writer {
 public:
  Writer(const fs::path& target, const VideoOptions& options) : target_(target), options_(options) {}

  Result<> start(const fs::path& temporary, int width, int height);
  Result<> add(const TimedImage&);
  Result<> finish();
  VideoWritten report() const { return {frames_, sound_->copied(), sound_->encoded()}; }

 private:
  Result<> start_encoder();
  Result<> convert(const ImageU8&);
  Result<> drain();
  AVDictionary* marks() const;

  const fs::path& target_;
  const VideoOptions& options_;
  OutputPtr output_;
  CodecPtr encoder_;
  AVStream* stream_ = nullptr;
  std::optional<SoundTracks> sound_;
  SwsPtr scaler_;
  FramePtr frame_;
  PacketPtr packet_;
  int width_ = 0, height_ = 0;  // of the pictures handed in
  std::int64_t frames_ = 0;
  std::int64_t last_tick_ = 0;
};

Result<> Writer::start(const fs::path& temporary, int width, int height) {
  width_ = width;
  height_ = height;
  TRY(output_, open_output(target_, temporary));
  TRY_VOID(start_encoder());
  TRY(sound_,
      SoundTracks::open(options_.sound_from, *output_, options_.sound_shift, options_.sound_part, options_.tell));
  output_->metadata = marks();
  return write_header(*output_, target_);
}

AVDictionary* Writer::marks() const {
  AVDictionary* tags = nullptr;
  if (options_.synthetic) av_dict_set(&tags, "DigitalSourceType", std::string(composite_with_trained_media).c_str(), 0);
  if (!options_.comment.empty()) av_dict_set(&tags, "comment", options_.comment.c_str(), 0);
  return tags;
}

Result<> Writer::start_encoder() {
  const bool lossless = options_.quality == VideoQuality::lossless;
  const AVCodec* codec = avcodec_find_encoder_by_name(lossless ? "libx264rgb" : "libx264");
  if (!codec) return fail(Code::external, "This FFmpeg has no H.264 encoder (libx264)");
  stream_ = avformat_new_stream(output_.get(), nullptr);
  encoder_.reset(avcodec_alloc_context3(codec));
  auto& e = *encoder_;
  e.width = lossless ? width_ : (width_ + 1) / 2 * 2;
  e.height = lossless ? height_ : (height_ + 1) / 2 * 2;
  e.pix_fmt = lossless ? AV_PIX_FMT_BGR24 : AV_PIX_FMT_YUV420P;
  e.time_base = av(options_.time_base);
  e.framerate = av(options_.frame_rate);
  e.sample_aspect_ratio = av(options_.pixel_aspect);
  e.thread_count = options_.threads;
  const int matrix = options_.colour.matrix == AVCOL_SPC_UNSPECIFIED || options_.colour.matrix == AVCOL_SPC_RGB
                         ? AVCOL_SPC_BT709
                         : options_.colour.matrix;
  e.colorspace = lossless ? AVCOL_SPC_RGB : static_cast<AVColorSpace>(matrix);
  e.color_primaries = static_cast<AVColorPrimaries>(options_.colour.primaries);
  e.color_trc = static_cast<AVColorTransferCharacteristic>(options_.colour.transfer);
  e.color_range = lossless || options_.colour.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  e.chroma_sample_location = lossless ? AVCHROMA_LOC_UNSPECIFIED : AVCHROMA_LOC_LEFT;
  if (output_->oformat->flags & AVFMT_GLOBALHEADER) e.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (options_.quality == VideoQuality::bitrate) e.bit_rate = static_cast<std::int64_t>(options_.megabits * 1e6);
  AVDictionary* settings = nullptr;
  av_dict_set(&settings, "preset", options_.preset.c_str(), 0);
  if (lossless) av_dict_set(&settings, "qp", "0", 0);
  if (options_.quality == VideoQuality::crf) av_dict_set(&settings, "crf", fmt::format("{}", options_.crf).c_str(), 0);
  const int code = avcodec_open2(&e, codec, &settings);
  av_dict_free(&settings);
  if (code < 0)
    return fail(Code::bad_option, "The H.264 encoder refuses {}x{} at preset {}: {}", width_, height_, options_.preset,
                av_error(code));
  avcodec_parameters_from_context(stream_->codecpar, &e);
  stream_->time_base = e.time_base;
  stream_->avg_frame_rate = e.framerate;
  stream_->sample_aspect_ratio = e.sample_aspect_ratio;
  packet_.reset(av_packet_alloc());
  return {};
}

Result<> Writer::convert(const ImageU8& picture) {
  frame_.reset(av_frame_alloc());
  frame_->width = encoder_->width;
  frame_->height = encoder_->height;
  frame_->format = encoder_->pix_fmt;
  if (av_frame_get_buffer(frame_.get(), 0) < 0)
    return fail(Code::out_of_memory, "No memory for a {}x{} frame", width_, height_);
  const ImageU8* source = &picture;
  ImageU8 even;
  if (encoder_->width != width_ || encoder_->height != height_) {
    even = ImageU8(encoder_->width, encoder_->height, 3);
    for (int y = 0; y < even.height; ++y) {
      const auto* row = picture.row(std::min(y, height_ - 1));
      std::copy(row, row + width_ * 3, even.row(y));
      if (even.width > width_) std::copy(row + (width_ - 1) * 3, row + width_ * 3, even.row(y) + width_ * 3);
    }
    source = &even;
  }
  if (!scaler_) {
    constexpr int flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT;
    scaler_.reset(sws_getContext(source->width, source->height, AV_PIX_FMT_BGR24, encoder_->width, encoder_->height,
                                 encoder_->pix_fmt, flags, nullptr, nullptr, nullptr));
    if (!scaler_) return fail(Code::internal, "Cannot convert frames for the encoder");
    if (encoder_->pix_fmt != AV_PIX_FMT_BGR24) {
      set_colour(*scaler_, {encoder_->colorspace, 2, 2, encoder_->color_range == AVCOL_RANGE_JPEG, false}, false);
    }
  }
  const std::uint8_t* planes[4] = {source->data.data()};
  const int strides[4] = {source->width * 3};
  sws_scale(scaler_.get(), planes, strides, 0, source->height, frame_->data, frame_->linesize);
  return {};
}

Result<> Writer::add(const TimedImage& image) {
  if (image.bgr.width != width_ || image.bgr.height != height_ || image.bgr.channels != 3) {
    return fail_with_hint(Code::bad_file,
                          fmt::format("Frame {} is {}x{}, but the video began with {}x{}", frames_ + 1, image.bgr.width,
                                      image.bgr.height, width_, height_),
                          "All frames of a video must have one size.");
  }
  if (frames_ > 0 && image.tick <= last_tick_)
    return fail(Code::internal, "Frame {} comes before the one in front of it", frames_ + 1);
  TRY_VOID(convert(image.bgr));
  frame_->pts = image.tick;
  last_tick_ = image.tick;
  ++frames_;
  if (const int code = avcodec_send_frame(encoder_.get(), frame_.get()); code < 0) {
    return fail(Code::external, "Cannot encode frame {}: {}", frames_, av_error(code));
  }
  return drain();
}

Result<> Writer::drain() {
  // MP4 takes durations from the times that follow; only the last packet's own one counts.
  const auto duration = std::max<std::int64_t>(1, av_rescale_q(1, av_inv_q(encoder_->framerate), encoder_->time_base));
  while (avcodec_receive_packet(encoder_.get(), packet_.get()) >= 0) {
    packet_->duration = duration;
    packet_->stream_index = stream_->index;
    TRY_VOID(sound_->write_until(static_cast<double>(packet_->dts) * av_q2d(encoder_->time_base)));
    av_packet_rescale_ts(packet_.get(), encoder_->time_base, stream_->time_base);
    if (const int code = av_interleaved_write_frame(output_.get(), packet_.get()); code < 0)
      return write_failure(target_, code);
  }
  return {};
}

Result<> Writer::finish() {
  avcodec_send_frame(encoder_.get(), nullptr);
  TRY_VOID(drain());
  TRY_VOID(sound_->finish());
  return finish_output(*output_, target_);
}

}  // namespace

Result<> check_container(const fs::path& path) {
  const auto suffix = lower_case(path.extension().string());
  if (suffix == ".mp4" || suffix == ".m4v" || suffix == ".mov" || suffix == ".mkv") return {};
  return fail_with_hint(
      Code::bad_option,
      fmt::format("Cannot write {}: understudy writes H.264 in .mp4, .m4v, .mov and .mkv", path.filename().string()),
      "Give --output a name with one of these endings.");
}

Result<VideoWritten> write_video(const fs::path& path, const VideoOptions& options,
                                 const std::function<Result<std::optional<TimedImage>>()>& next) {
  TRY_VOID(check_container(path));
  TRY(std::optional<TimedImage> image, next());
  if (!image) return fail(Code::not_found, "There is no frame to write into {}", path.string());
  VideoWritten report;
  const auto fill = [&](const fs::path& temporary) -> Result<> {
    Writer writer(path, options);
    TRY_VOID(writer.start(temporary, image->bgr.width, image->bgr.height));
    while (image) {
      TRY_VOID(writer.add(*image));
      TRY(image, next());
    }
    TRY_VOID(writer.finish());
    report = writer.report();
    return options.synthetic ? append_xmp_box(temporary) : Result<>();
  };
  TRY_VOID(write_through(path, fill));
  return report;
}

}  // namespace understudy::media
