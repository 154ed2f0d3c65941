// SPDX-License-Identifier: Apache-2.0
#include "lib/media/write_video.hpp"

#include <algorithm>
#include <cmath>

#include "lib/base/text.hpp"
#include "lib/image/convert.hpp"
#include "lib/image/depth.hpp"
#include "lib/media/encoder_choice.hpp"
#include "lib/media/marking.hpp"
#include "lib/media/output.hpp"
#include "lib/media/picture_planes.hpp"
#include "lib/media/sound.hpp"
#include "lib/media/stream_light.hpp"

namespace understudy::media {
namespace {

// One file being written under a temporary name.
class Writer {
 public:
  Writer(const fs::path& target, const VideoOptions& options) : target_(target), options_(options) {}

  Result<> start(const fs::path& temporary, const TimedImage& first);
  Result<> add(const TimedImage&);
  Result<> finish();
  VideoWritten report() const { return {frames_, sound_->copied(), sound_->encoded()}; }

 private:
  Result<> start_encoder();
  void set_tags(AVCodecContext&) const;
  Result<> convert(const TimedImage&);
  Result<> scale(const ImageU8&);
  Result<std::int64_t> time_of(const TimedImage&);
  std::int64_t decoding_time(std::int64_t duration);
  Result<> drain();
  bool is_avi() const { return lower_case(target_.extension().string()) == ".avi"; }

  const fs::path& target_;
  const VideoOptions& options_;
  OutputPtr output_;
  EncoderChoice choice_;
  CodecPtr encoder_;
  AVStream* stream_ = nullptr;
  std::optional<SoundTracks> sound_;
  SwsPtr scaler_;
  FramePtr frame_;
  PacketPtr packet_;
  int width_ = 0, height_ = 0, channels_ = 0;  // of the pictures handed in
  Rational time_base_;
  bool told_of_rate_ = false;
  std::int64_t frames_ = 0;
  std::int64_t last_tick_ = 0, last_time_ = 0;
  std::vector<std::int64_t> times_;  // of the frames, as the encoder got them
  std::size_t packets_ = 0;
};

struct Size {
  int width, height, channels;
  bool operator==(const Size&) const = default;
};
Size size_of(const TimedImage& image) {
  if (image.deep.empty()) return {image.bgr.width, image.bgr.height, image.bgr.channels};
  return {image.deep.width, image.deep.height, image.deep.channels};
}

Result<> Writer::start(const fs::path& temporary, const TimedImage& first) {
  const Size size = size_of(first);
  width_ = size.width;
  height_ = size.height;
  channels_ = size.channels;
  // One frame, one tick, in a container that has no other times.
  time_base_ = is_avi() ? Rational{options_.frame_rate.den, options_.frame_rate.num} : options_.time_base;
  TRY(output_, open_output(target_, temporary));
  TRY_VOID(start_encoder());
  TRY(sound_,
      SoundTracks::open(options_.sound_from, *output_, options_.sound_shift, options_.sound_part, options_.tell));
  add_marks(*output_, options_);
  return write_header(*output_, target_);
}

Result<> Writer::start_encoder() {
  TRY(choice_, choose_encoder(options_, channels_ == 4));
  stream_ = avformat_new_stream(output_.get(), nullptr);
  encoder_.reset(avcodec_alloc_context3(choice_.codec));
  auto& e = *encoder_;
  const bool even = choice_.format == AV_PIX_FMT_YUV420P || choice_.format == AV_PIX_FMT_YUV420P10;
  e.width = even ? (width_ + 1) / 2 * 2 : width_;
  e.height = even ? (height_ + 1) / 2 * 2 : height_;
  e.pix_fmt = choice_.format;
  e.time_base = av(time_base_);
  e.framerate = av(options_.frame_rate);
  e.sample_aspect_ratio = av(options_.pixel_aspect);
  e.thread_count = options_.threads;
  set_tags(e);
  if (output_->oformat->flags & AVFMT_GLOBALHEADER) e.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (options_.quality == VideoQuality::bitrate) e.bit_rate = static_cast<std::int64_t>(options_.megabits * 1e6);
  if (is_avi()) e.max_b_frames = 0;  // AVI has no room for the order of decoding
  const bool tagged = choice_.tag != 0 && !is_avi() && output_->oformat->codec_tag != nullptr;
  AVDictionary* settings = nullptr;
  for (const auto& [key, value] : choice_.settings) av_dict_set(&settings, key.c_str(), value.c_str(), 0);
  const int code = avcodec_open2(&e, choice_.codec, &settings);
  av_dict_free(&settings);
  if (code < 0)
    return fail(Code::bad_option, "The {} encoder refuses {}x{} at preset {}: {}", choice_.name, width_, height_,
                options_.preset, av_error(code));
  avcodec_parameters_from_context(stream_->codecpar, &e);
  if (tagged && (lower_case(target_.extension().string()) != ".mkv")) stream_->codecpar->codec_tag = choice_.tag;
  tell_light(*stream_, options_.light);
  stream_->time_base = e.time_base;
  stream_->avg_frame_rate = e.framerate;
  stream_->sample_aspect_ratio = e.sample_aspect_ratio;
  if (!options_.timecode.empty()) av_dict_set(&stream_->metadata, "timecode", options_.timecode.c_str(), 0);
  packet_.reset(av_packet_alloc());
  return {};
}

void Writer::set_tags(AVCodecContext& e) const {
  const int matrix = options_.colour.matrix == AVCOL_SPC_UNSPECIFIED || options_.colour.matrix == AVCOL_SPC_RGB
                         ? AVCOL_SPC_BT709
                         : options_.colour.matrix;
  e.colorspace = choice_.rgb ? AVCOL_SPC_RGB : static_cast<AVColorSpace>(matrix);
  e.color_primaries = static_cast<AVColorPrimaries>(options_.colour.primaries);
  e.color_trc = static_cast<AVColorTransferCharacteristic>(options_.colour.transfer);
  e.color_range = choice_.rgb || choice_.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  const bool sited = choice_.format == AV_PIX_FMT_YUV420P || choice_.format == AV_PIX_FMT_YUV420P10;
  e.chroma_sample_location = sited ? AVCHROMA_LOC_LEFT : AVCHROMA_LOC_UNSPECIFIED;
}

// The picture with its last row and column doubled up to the encoder's size.
template <class T>
const Image<T>& brought_to(const Image<T>& picture, int width, int height, Image<T>& room) {
  if (picture.width == width && picture.height == height) return picture;
  const int channels = picture.channels;
  room = Image<T>(width, height, channels);
  for (int y = 0; y < height; ++y) {
    const auto* row = picture.row(std::min(y, picture.height - 1));
    std::copy(row, row + picture.width * channels, room.row(y));
    for (int x = picture.width; x < width; ++x)
      std::copy(row + (picture.width - 1) * channels, row + picture.width * channels, room.row(y) + x * channels);
  }
  return room;
}

Result<> Writer::convert(const TimedImage& image) {
  frame_.reset(av_frame_alloc());
  frame_->width = encoder_->width;
  frame_->height = encoder_->height;
  frame_->format = encoder_->pix_fmt;
  frame_->colorspace = encoder_->colorspace;
  frame_->color_range = encoder_->color_range;
  frame_->color_primaries = encoder_->color_primaries;  // ProRes writes what its frames say
  frame_->color_trc = encoder_->color_trc;
  if (av_frame_get_buffer(frame_.get(), 0) < 0)
    return fail(Code::out_of_memory, "No memory for a {}x{} frame", width_, height_);
  const bool deep = !image.deep.empty();
  // 8-bit pictures into 8-bit YUV as ever, and as they are into RGB.
  if (!deep && (choice_.format == AV_PIX_FMT_YUV420P || choice_.format == AV_PIX_FMT_BGR24)) {
    ImageU8 room;
    return scale(brought_to(image.bgr, encoder_->width, encoder_->height, room));
  }
  if (!fills_planes(choice_.format)) return scale(to_eight_bits(normalise_channels(image.deep, 3)));
  ImageU16 room;
  const ImageU16 wide = deep ? ImageU16() : to_sixteen_bits(image.bgr);
  fill_planes(brought_to(deep ? image.deep : wide, encoder_->width, encoder_->height, room), *frame_);
  return {};
}

Result<> Writer::scale(const ImageU8& source) {
  if (!scaler_) {
    constexpr int flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT;
    scaler_.reset(sws_getContext(source.width, source.height, AV_PIX_FMT_BGR24, encoder_->width, encoder_->height,
                                 encoder_->pix_fmt, flags, nullptr, nullptr, nullptr));
    if (!scaler_) return fail(Code::internal, "Cannot convert frames for the encoder");
    if (encoder_->pix_fmt != AV_PIX_FMT_BGR24) {
      set_colour(*scaler_, {encoder_->colorspace, 2, 2, encoder_->color_range == AVCOL_RANGE_JPEG, false}, false);
    }
  }
  const std::uint8_t* planes[4] = {source.data.data()};
  const int strides[4] = {source.width * 3};
  sws_scale(scaler_.get(), planes, strides, 0, source.height, frame_->data, frame_->linesize);
  return {};
}

// The frame's tick; an AVI's is the nearest one of its rate that is free.
Result<std::int64_t> Writer::time_of(const TimedImage& image) {
  if (frames_ > 0 && image.tick <= last_tick_)
    return fail(Code::internal, "Frame {} comes before the one in front of it", frames_ + 1);
  last_tick_ = image.tick;
  if (!is_avi()) return image.tick;
  const double exact = static_cast<double>(image.tick) * options_.time_base.value() / time_base_.value();
  const auto rounded = std::max(static_cast<std::int64_t>(std::llround(exact)), frames_ > 0 ? last_time_ + 1 : 0);
  if (!told_of_rate_ && options_.tell && std::abs(exact - static_cast<double>(rounded)) > 0.02) {
    told_of_rate_ = true;
    options_.tell(fmt::format("An AVI shows all frames at one rate: those of {} are moved to {:.6g} frames a second",
                              target_.filename().string(), options_.frame_rate.value()));
  }
  last_time_ = rounded;
  return rounded;
}

Result<> Writer::add(const TimedImage& image) {
  const Size size = size_of(image);
  if (size != Size{width_, height_, channels_} || (channels_ != 3 && (channels_ != 4 || image.deep.empty()))) {
    return fail_with_hint(Code::bad_file,
                          fmt::format("Frame {} is {}x{}, but the video began with {}x{}", frames_ + 1, size.width,
                                      size.height, width_, height_),
                          "All frames of a video must have one size.");
  }
  TRY(const std::int64_t time, time_of(image));
  TRY_VOID(convert(image));
  frame_->pts = time;
  times_.push_back(time);
  ++frames_;
  if (const int code = avcodec_send_frame(encoder_.get(), frame_.get()); code < 0) {
    return fail(Code::external, "Cannot encode frame {}: {}", frames_, av_error(code));
  }
  return drain();
}

// x265 leaves the decoding times of a clip undefined that is shorter than its look-ahead, so they are made here: the
// frames' own times, as many frames late as its pyramid of B-frames is deep.
std::int64_t Writer::decoding_time(std::int64_t duration) {
  constexpr std::size_t late = 2;
  const std::size_t k = packets_++;
  return k < late ? times_.front() - static_cast<std::int64_t>(late - k) * duration : times_[k - late];
}

Result<> Writer::drain() {
  // MP4 takes durations from the times that follow; only the last packet's own one counts.
  const auto duration = std::max<std::int64_t>(1, av_rescale_q(1, av_inv_q(encoder_->framerate), encoder_->time_base));
  while (avcodec_receive_packet(encoder_.get(), packet_.get()) >= 0) {
    packet_->duration = duration;
    if (options_.codec == VideoCodec::h265) packet_->dts = decoding_time(duration);
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

Result<> check_container(const fs::path& path, VideoCodec codec) {
  const auto suffix = lower_case(path.extension().string());
  const bool known = suffix == ".mp4" || suffix == ".m4v" || suffix == ".mov" || suffix == ".mkv" || suffix == ".avi";
  if (!known) {
    return fail_with_hint(Code::bad_option,
                          fmt::format("Cannot write {}: understudy writes videos in .mp4, .m4v, .mov, .mkv and .avi",
                                      path.filename().string()),
                          "Give --output a name with one of these endings.");
  }
  if (codec == VideoCodec::prores && suffix != ".mov" && suffix != ".mkv") {
    return fail_with_hint(Code::bad_option, fmt::format("{} cannot hold ProRes", path.filename().string()),
                          "Give --output a name that ends in .mov or .mkv.");
  }
  if (codec == VideoCodec::h265 && suffix == ".avi") {
    return fail_with_hint(Code::bad_option, fmt::format("{} cannot hold H.265", path.filename().string()),
                          "Give --output a name that ends in .mp4, .mov or .mkv.");
  }
  return {};
}

Result<VideoWritten> write_video(const fs::path& path, const VideoOptions& options,
                                 const std::function<Result<std::optional<TimedImage>>()>& next) {
  TRY_VOID(check_container(path, options.codec));
  TRY(std::optional<TimedImage> image, next());
  if (!image) return fail(Code::not_found, "There is no frame to write into {}", path.string());
  VideoWritten report;
  const auto fill = [&](const fs::path& temporary) -> Result<> {
    Writer writer(path, options);
    TRY_VOID(writer.start(temporary, *image));
    while (image) {
      TRY_VOID(writer.add(*image));
      TRY(image, next());
    }
    TRY_VOID(writer.finish());
    report = writer.report();
    return options.synthetic ? append_xmp_box(temporary) : Result<>();
  };
  TRY_VOID(write_through(path, fill, options.before_rename));
  return report;
}

}  // namespace understudy::media
