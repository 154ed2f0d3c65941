// SPDX-License-Identifier: Apache-2.0
#include "lib/media/video_decoder.hpp"

#include <algorithm>
#include <array>

#include "lib/image/depth.hpp"
#include "lib/media/picture.hpp"
#include "lib/media/stream_light.hpp"
#include "lib/media/video_info.hpp"

namespace understudy::media {

Result<VideoDecoder> VideoDecoder::open(const fs::path& path, const DecodeOptions& options) {
  VideoDecoder v;
  TRY(v.input_, open_input(path));
  TRY(v.stream_, picture_stream(*v.input_, path));
  TRY(v.index_, index_packets(*v.input_, *v.stream_, path));
  TRY(v.info_, describe_video(*v.input_, *v.stream_, v.index_, path));
  v.packet_.reset(av_packet_alloc());
  v.frame_.reset(av_frame_alloc());
  TRY_VOID(v.start_decoder(options));
  if (options.deinterlace && v.info_.interlaced)
    v.deinterlacer_.emplace(v.stream_->time_base);
  else
    v.deinterlacing_in_vain_ = options.deinterlace;
  v.own_colours_ = options.own_colours;
  v.complete_light();
  if (needs_tone_map(v.info_.colour)) v.tone_map_.emplace(v.info_.colour, v.info_.light.peak());
  return v;
}

Result<> VideoDecoder::start_decoder(const DecodeOptions& options) {
  if (options.hardware) hardware_ = find_hardware(stream_->codecpar->codec_id);
  if (hardware_) {
    auto decoder = open_decoder(*stream_, info_.path, options.threads, &*hardware_);
    if (decoder) {
      decoder_ = *std::move(decoder);
      rewind_before(0, 0);
      // Only a decoded frame shows that the card takes this stream.
      if (decode_one()) return rewind_before(0, 0), Result<>();
    }
    hardware_.reset();
  }
  hardware_refused_ = options.hardware;
  TRY(decoder_, open_decoder(*stream_, info_.path, options.threads));
  rewind_before(0, 0);
  return {};
}

std::vector<std::string> VideoDecoder::remarks() const {
  std::vector<std::string> sentences;
  const auto name = info_.path.filename().string();
  for (const auto& remark : info_.remarks) {
    if (!deinterlacer_ || remark.find("is interlaced") == std::string::npos) sentences.push_back(remark);
  }
  if (deinterlacer_) sentences.push_back(fmt::format("{} is interlaced: each frame is made of its two fields", name));
  if (deinterlacing_in_vain_)
    sentences.push_back(fmt::format("{} is not interlaced: its frames stay as they are", name));
  if (info_.colour.matrix_assumed) sentences.push_back(fmt::format("{}: {}", name, to_text(info_.colour)));
  if (is_hdr(info_.colour) && own_colours_) {
    sentences.push_back(fmt::format("{} is HDR ({}, up to {:.0f} nits): its frames keep their own colours", name,
                                    info_.colour.transfer == AVCOL_TRC_SMPTE2084 ? "PQ" : "HLG",
                                    tone_map_->peak_nits()));
  } else if (is_hdr(info_.colour)) {
    sentences.push_back(fmt::format("{} is HDR ({}, up to {:.0f} nits): its frames are tone-mapped to SDR in BT.709",
                                    name, info_.colour.transfer == AVCOL_TRC_SMPTE2084 ? "PQ" : "HLG",
                                    tone_map_->peak_nits()));
  } else if (tone_map_ && !own_colours_) {
    sentences.push_back(fmt::format("{} has BT.2020 colours: its frames are converted to BT.709", name));
  }
  if (hardware_) sentences.push_back(fmt::format("{} is decoded by {}", name, hardware_->name));
  if (hardware_refused_)
    sentences.push_back(fmt::format("No graphics card here decodes {} ({}): the processor does it", name, info_.codec));
  return sentences;
}

// Told by the container or by the coded stream; there the first frame speaks for all, so that the curve is one.
void VideoDecoder::complete_light() {
  if (info_.colour.transfer != AVCOL_TRC_SMPTE2084) return;
  if ((info_.light.tells_display() && info_.light.tells_content()) || !decode_one()) return;
  const HdrLight own = light_of(*frame_);
  rewind_before(0, 0);
  const HdrLight told = info_.light;
  if (!told.tells_display()) info_.light = own;
  info_.light.max_content = told.tells_content() ? told.max_content : own.max_content;
  info_.light.max_average = told.tells_content() ? told.max_average : own.max_average;
}

bool VideoDecoder::decode_one() {
  if (!deinterlacer_) return decode_stored();
  while (!deinterlacer_->pull(*frame_)) {
    if (drained_) return false;
    drained_ = !decode_stored();
    if (!deinterlacer_->push(drained_ ? nullptr : frame_.get())) return false;
  }
  return true;
}

bool VideoDecoder::decode_stored() {
  while (true) {
    const int got = avcodec_receive_frame(decoder_.get(), frame_.get());
    const bool spoilt = got >= 0 && is_spoilt(*frame_);
    if (got >= 0 && !spoilt) return !hardware_ || bring_home(frame_, *hardware_);
    if (spoilt) continue;
    if (got != AVERROR(EAGAIN)) return false;
    // Feed the next packet of our stream.
    while (true) {
      const int read = av_read_frame(input_.get(), packet_.get());
      if (read < 0) {
        if (ended_) return false;
        ended_ = true;
        avcodec_send_packet(decoder_.get(), nullptr);
        break;
      }
      if (index_.joined) clock_.mend(*packet_, *input_);
      const bool ours = is_to_decode(*packet_, *stream_, index_.doubtful_count);
      const bool sent = ours && avcodec_send_packet(decoder_.get(), packet_.get()) >= 0;
      av_packet_unref(packet_.get());
      if (sent) break;
    }
  }
}

std::optional<std::size_t> VideoDecoder::key_before(std::int64_t index) const {
  if (!index_.seekable) return {};
  const auto pts = index_.pts[static_cast<std::size_t>(index)];
  const auto after =
      std::upper_bound(index_.keys.begin(), index_.keys.end(), pts, [](auto t, auto& k) { return t < k.pts; });
  if (after == index_.keys.begin()) return {};
  return static_cast<std::size_t>(after - index_.keys.begin()) - 1;
}

void VideoDecoder::rewind_before(std::int64_t index, int keys_back) {
  const auto key = key_before(index);
  bool sought = false;
  if (key && *key >= static_cast<std::size_t>(keys_back)) {
    const auto& target = index_.keys[*key - static_cast<std::size_t>(keys_back)];
    sought = av_seek_frame(input_.get(), stream_->index, target.dts, AVSEEK_FLAG_BACKWARD) >= 0;
  }
  if (!sought && index_.joined) sought = av_seek_frame(input_.get(), -1, 0, AVSEEK_FLAG_BYTE) >= 0;
  if (!sought) {
    const auto first = index_.keys.empty() ? std::int64_t{0} : std::min(index_.keys.front().dts, std::int64_t{0});
    if (av_seek_frame(input_.get(), stream_->index, first, AVSEEK_FLAG_BACKWARD) < 0) {
      av_seek_frame(input_.get(), -1, 0, AVSEEK_FLAG_BYTE);
    }
  }
  avcodec_flush_buffers(decoder_.get());
  decoded_ = -1;
  held_ = false;
  fresh_ = true;
  ended_ = false;
  drained_ = false;
  clock_.restart();
  if (deinterlacer_) deinterlacer_->restart();
}

std::int64_t VideoDecoder::index_of_frame() {
  if (!index_.seekable) return decoded_ + 1;
  const auto at = std::lower_bound(index_.pts.begin(), index_.pts.end(), frame_->best_effort_timestamp);
  if (at == index_.pts.end() || *at != frame_->best_effort_timestamp) return -1;
  return at - index_.pts.begin();
}

// True when frame_ is that frame; false when the decoder is past it or at the end (a later frame is then held).
bool VideoDecoder::decode_until(std::int64_t index) {
  if (held_ && decoded_ >= index) return decoded_ == index;
  held_ = false;
  while (decode_one()) {
    const auto found = index_of_frame();
    if (found < 0 || found <= decoded_) continue;
    passed_from_ = fresh_ ? found : decoded_ + 1;
    fresh_ = false;
    decoded_ = found;
    if (found >= index) {
      held_ = true;
      return found == index;
    }
  }
  return false;
}

// Whether decoding on reaches the frame sooner than going to the key frame before it.
bool VideoDecoder::ahead_and_near(std::int64_t index) const {
  if (held_ ? index < decoded_ : index <= decoded_) return false;
  const auto key = key_before(index);
  const auto next = static_cast<std::size_t>(std::min(decoded_ + 1, info_.count() - 1));
  return !key || index_.keys[*key].pts <= index_.pts[next];
}

bool VideoDecoder::reach(std::int64_t index) {
  if (ahead_and_near(index)) return decode_until(index);
  if (held_ && index >= passed_from_) return false;  // just passed over, so it is known to be missing
  const int tries = index_.seekable ? 3 : 1;         // an earlier key frame, should the container seek too far
  // A frame out of two fields leans on the one before, so that it comes out the same however it is reached.
  const std::int64_t from = deinterlacer_ ? std::max<std::int64_t>(index - 1, 0) : index;
  for (int keys_back = 0; keys_back < tries; ++keys_back) {
    rewind_before(from, keys_back);
    if (decode_until(index)) return true;
  }
  return false;
}

template <class T>
Result<Image<T>> VideoDecoder::read(std::int64_t index) {
  check(index >= 0 && index < info_.count(), "frame index within the video");
  if (!reach(index))
    return fail(Code::bad_file, "Frame {} of {} is damaged and cannot be decoded", index + 1, info_.path.string());
  held_ = false;
  if (!tone_map_ || (own_colours_ && sizeof(T) == 2)) {
    TRY(const Image<T> bgr, convert<T>());
    return oriented(bgr, info_.orientation);
  }
  TRY(ImageU16 deep, convert<std::uint16_t>());
  tone_map_->apply(deep);
  if constexpr (std::is_same_v<T, std::uint16_t>) {
    return oriented(deep, info_.orientation);
  } else {
    return oriented(to_eight_bits(deep), info_.orientation);
  }
}
template Result<ImageU8> VideoDecoder::read(std::int64_t);
template Result<ImageU16> VideoDecoder::read(std::int64_t);

template <class T>
Result<Image<T>> VideoDecoder::convert() {
  ColourTags colour = info_.colour;
  const auto format = plain_format(static_cast<AVPixelFormat>(frame_->format), colour.full_range);
  const int width = stream_->codecpar->width, height = stream_->codecpar->height;
  const std::array made_for{frame_->width, frame_->height, static_cast<int>(format), static_cast<int>(sizeof(T))};
  if (!scaler_ || scaler_for_ != made_for) {
    // Full chroma interpolation and exact rounding: the cheap defaults shift chroma and lose a level here and there.
    constexpr int flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
    constexpr auto wanted = sizeof(T) == 1 ? AV_PIX_FMT_BGR24 : AV_PIX_FMT_BGR48;
    scaler_.reset(
        sws_getContext(frame_->width, frame_->height, format, width, height, wanted, flags, nullptr, nullptr, nullptr));
    if (!scaler_)
      return fail(Code::bad_file, "Frames of {} have a pixel format that cannot be converted", info_.path.string());
    set_colour(*scaler_, colour, true);
    scaler_for_ = made_for;
  }
  Image<T> bgr(width, height, 3);
  std::uint8_t* target[4] = {reinterpret_cast<std::uint8_t*>(bgr.data.data())};
  const int stride[4] = {width * 3 * static_cast<int>(sizeof(T))};
  sws_scale(scaler_.get(), frame_->data, frame_->linesize, 0, frame_->height, target, stride);
  if constexpr (sizeof(T) == 2) {
    // swscale's 16-bit white is 0xff00 when it comes from YUV.
    const bool rgb = av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_RGB;
    for (T& v : bgr.data) v = rgb ? v : static_cast<T>(std::min<std::uint32_t>(v + (v >> 8), 65535));
  }
  return bgr;
}

}  // namespace understudy::media
