// SPDX-License-Identifier: Apache-2.0
#include "lib/media/video_decoder.hpp"

#include <algorithm>
#include <array>

#include "lib/media/frame_source.hpp"
#include "lib/media/video_info.hpp"

namespace understudy::media {

Result<VideoDecoder> VideoDecoder::open(const fs::path& path, int threads) {
  VideoDecoder v;
  TRY(v.input_, open_input(path));
  TRY(v.stream_, picture_stream(*v.input_, path));
  TRY(v.index_, index_packets(*v.input_, *v.stream_, path));
  TRY(v.info_, describe_video(*v.input_, *v.stream_, v.index_, path));
  v.threads_ = threads;
  TRY(v.decoder_, open_decoder(*v.stream_, path, threads));
  v.packet_.reset(av_packet_alloc());
  v.frame_.reset(av_frame_alloc());
  v.rewind_before(0, 0);
  return v;
}

bool VideoDecoder::decode_one() {
  while (true) {
    const int got = avcodec_receive_frame(decoder_.get(), frame_.get());
    if (got >= 0) return true;
    if (got != AVERROR(EAGAIN)) return false;
    // Feed the next packet of our stream; damaged ones are passed over, their frames are then found missing.
    while (true) {
      const int read = av_read_frame(input_.get(), packet_.get());
      if (read < 0) {
        if (ended_) return false;
        ended_ = true;
        avcodec_send_packet(decoder_.get(), nullptr);
        break;
      }
      const bool ours = packet_->stream_index == stream_->index && !(packet_->flags & AV_PKT_FLAG_CORRUPT);
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

Result<ImageU8> VideoDecoder::read(std::int64_t index) {
  check(index >= 0 && index < info_.count(), "frame index within the video");
  bool here = false;
  if (ahead_and_near(index)) {
    here = decode_until(index);
  } else if (!(held_ && index >= passed_from_)) {  // else: just passed over, so it is known to be missing
    const int tries = index_.seekable ? 3 : 1;     // an earlier key frame, should the container seek too far
    for (int keys_back = 0; !here && keys_back < tries; ++keys_back) {
      rewind_before(index, keys_back);
      here = decode_until(index);
    }
  }
  if (!here)
    return fail(Code::bad_file, "Frame {} of {} is damaged and cannot be decoded", index + 1, info_.path.string());
  held_ = false;
  return convert();
}

Result<ImageU8> VideoDecoder::convert() {
  ColourTags colour = info_.colour;
  const auto format = plain_format(static_cast<AVPixelFormat>(frame_->format), colour.full_range);
  const int width = stream_->codecpar->width, height = stream_->codecpar->height;
  const std::array made_for{frame_->width, frame_->height, static_cast<int>(format)};
  if (!scaler_ || scaler_for_ != made_for) {
    // Full chroma interpolation and exact rounding: the cheap defaults shift chroma and lose a level here and there.
    constexpr int flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
    scaler_.reset(sws_getContext(frame_->width, frame_->height, format, width, height, AV_PIX_FMT_BGR24, flags, nullptr,
                                 nullptr, nullptr));
    if (!scaler_)
      return fail(Code::bad_file, "Frames of {} have a pixel format that cannot be converted", info_.path.string());
    set_colour(*scaler_, colour, true);
    scaler_for_ = made_for;
  }
  ImageU8 bgr(width, height, 3);
  std::uint8_t* target[4] = {bgr.data.data()};
  const int stride[4] = {width * 3};
  sws_scale(scaler_.get(), frame_->data, frame_->linesize, 0, frame_->height, target, stride);
  return oriented(bgr, info_.orientation);
}

}  // namespace understudy::media
