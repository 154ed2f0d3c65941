// SPDX-License-Identifier: Apache-2.0
#include "lib/media/sound.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/media/output.hpp"

namespace understudy::media {

Result<SoundTracks> SoundTracks::open(const fs::path& path, AVFormatContext& output, double shift,
                                      const SoundPart& part, const std::function<void(const std::string&)>& tell) {
  SoundTracks sound;
  sound.output_ = &output;
  sound.shift_ = shift;
  sound.part_ = part;
  sound.packet_.reset(av_packet_alloc());
  sound.encoded_packet_.reset(av_packet_alloc());
  sound.frame_.reset(av_frame_alloc());
  if (path.empty()) {
    sound.ended_ = true;
    return sound;
  }
  TRY(sound.input_, open_input(path));
  sound.may_jump_ = JoinedClock::may_jump(*sound.input_);
  int tracks = 0;
  for (unsigned i = 0; i < sound.input_->nb_streams; ++i) {
    AVStream& in = *sound.input_->streams[i];
    const bool is_sound = in.codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
    tracks += is_sound;
    if (is_sound && (part.track == 0 || part.track == tracks)) {
      TRY_VOID(sound.add_track(in, path, tell));
    } else if (!sound.may_jump_) {
      in.discard = AVDISCARD_ALL;
    }
  }
  if (part.track > tracks) {
    return fail_with_hint(Code::bad_option, fmt::format("{} has no sound track {}", path.string(), part.track),
                          fmt::format("It has {}.", tracks));
  }
  if (std::isfinite(part.begin) && !sound.may_jump_)
    av_seek_frame(sound.input_.get(), -1, static_cast<std::int64_t>(part.begin * AV_TIME_BASE), AVSEEK_FLAG_BACKWARD);
  return sound;
}

Result<> SoundTracks::add_track(AVStream& in, const fs::path& path,
                                const std::function<void(const std::string&)>& tell) {
  Track track;
  track.in = &in;
  track.out = avformat_new_stream(output_, nullptr);
  av_dict_copy(&track.out->metadata, in.metadata, 0);
  track.out->disposition = in.disposition;
  track.out->time_base = in.time_base;
  if (takes(*output_->oformat, in)) {
    avcodec_parameters_copy(track.out->codecpar, in.codecpar);
    track.out->codecpar->codec_tag = 0;  // the target container has its own names for codecs
  } else {
    TRY_VOID(start_encoder(track, path));
    if (tell)
      tell(fmt::format("The sound of {} is {}, which does not go into this kind of file: it is encoded as AAC",
                       path.filename().string(), avcodec_get_name(in.codecpar->codec_id)));
  }
  tracks_.push_back(std::move(track));
  return {};
}

Result<> SoundTracks::start_encoder(Track& track, const fs::path& path) {
  TRY(track.decoder, open_decoder(*track.in, path, 1));
  const AVCodec* aac = avcodec_find_encoder(AV_CODEC_ID_AAC);
  if (!aac) return fail(Code::external, "This FFmpeg has no AAC encoder for the sound of {}", path.string());
  auto& decoder = *track.decoder;
  if (decoder.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default(&decoder.ch_layout, decoder.ch_layout.nb_channels);
  // The encoder knows the usual layouts; an unusual one is mixed to that of as many channels, or to two.
  AVChannelLayout usual{}, stereo = AV_CHANNEL_LAYOUT_STEREO;
  av_channel_layout_default(&usual, decoder.ch_layout.nb_channels);
  int code = -1;
  for (const AVChannelLayout* layout : std::array<const AVChannelLayout*, 3>{&decoder.ch_layout, &usual, &stereo}) {
    track.encoder.reset(avcodec_alloc_context3(aac));
    track.encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
    track.encoder->sample_rate =
        decoder.sample_rate >= 8000 && decoder.sample_rate <= 48000 ? decoder.sample_rate : 48000;
    track.encoder->bit_rate = 96000LL * std::max(2, layout->nb_channels);
    track.encoder->time_base = {1, track.encoder->sample_rate};
    av_channel_layout_copy(&track.encoder->ch_layout, layout);
    if (output_->oformat->flags & AVFMT_GLOBALHEADER) track.encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    code = avcodec_open2(track.encoder.get(), aac, nullptr);
    if (code >= 0) break;
  }
  auto& encoder = *track.encoder;
  SwrContext* resampler = nullptr;
  if (code >= 0)
    swr_alloc_set_opts2(&resampler, &encoder.ch_layout, encoder.sample_fmt, encoder.sample_rate, &decoder.ch_layout,
                        decoder.sample_fmt, decoder.sample_rate, 0, nullptr);
  track.resampler.reset(resampler);
  if (code < 0 || !resampler || swr_init(resampler) < 0)
    return fail(Code::external, "Cannot encode the sound of {} as AAC: {}", path.string(), av_error(code));
  track.out->time_base = encoder.time_base;
  avcodec_parameters_from_context(track.out->codecpar, &encoder);
  return {};
}

int SoundTracks::copied() const {
  return static_cast<int>(std::count_if(tracks_.begin(), tracks_.end(), [](auto& t) { return !t.encoder; }));
}
int SoundTracks::encoded() const { return static_cast<int>(tracks_.size()) - copied(); }

Result<> SoundTracks::write_until(double seconds) {
  while (!ended_) {
    if (!holding_ && av_read_frame(input_.get(), packet_.get()) < 0) {
      ended_ = true;  // also for a damaged tail: what could be read is kept
      break;
    }
    if (!holding_ && may_jump_) clock_.mend(*packet_, *input_);
    holding_ = true;
    const auto track =
        std::find_if(tracks_.begin(), tracks_.end(), [&](auto& t) { return t.in->index == packet_->stream_index; });
    if (track == tracks_.end()) {
      av_packet_unref(packet_.get());
      holding_ = false;
      continue;
    }
    const auto time = packet_->dts != AV_NOPTS_VALUE ? packet_->dts : packet_->pts;
    const double at = time != AV_NOPTS_VALUE ? static_cast<double>(time) * av_q2d(track->in->time_base) : part_.begin;
    if (at + shift_ > seconds) return {};
    if (at < part_.begin || at >= part_.end) {
      // Wholly outside the part that is wanted.
    } else if (track->encoder) {
      TRY_VOID(reencode(*track, packet_.get()));
    } else {
      TRY_VOID(write_packet(*packet_, *track, track->in->time_base));
    }
    av_packet_unref(packet_.get());
    holding_ = false;
  }
  return {};
}

Result<> SoundTracks::finish() {
  TRY_VOID(write_until(1e18));
  for (auto& track : tracks_) {
    if (!track.encoder) continue;
    TRY_VOID(reencode(track, nullptr));
    TRY_VOID(encode_ready(track, true));
    TRY_VOID(encode(track, nullptr));
  }
  return {};
}

Result<> SoundTracks::write_packet(AVPacket& packet, Track& track, AVRational from) {
  const auto shift = static_cast<std::int64_t>(shift_ / av_q2d(from));
  if (packet.pts != AV_NOPTS_VALUE) packet.pts += shift;
  if (packet.dts != AV_NOPTS_VALUE) packet.dts += shift;
  packet.stream_index = track.out->index;
  packet.pos = -1;
  av_packet_rescale_ts(&packet, from, track.out->time_base);
  // Where files were joined, sound may overlap by a little; no container takes times that do not rise.
  if (packet.dts != AV_NOPTS_VALUE && track.written != AV_NOPTS_VALUE && packet.dts <= track.written) {
    if (packet.dts + std::max<std::int64_t>(packet.duration, 1) <= track.written) return {};
    packet.dts = track.written + 1;
    if (packet.pts != AV_NOPTS_VALUE) packet.pts = std::max(packet.pts, packet.dts);
  }
  if (packet.dts != AV_NOPTS_VALUE) track.written = packet.dts;
  if (const int code = av_interleaved_write_frame(output_, &packet); code < 0) {
    return fail(Code::io, "Cannot write the sound: {}", av_error(code));
  }
  return {};
}

// Decodes one packet (null: what the decoder still holds) into the resampler and encodes what is ready.
Result<> SoundTracks::reencode(Track& track, const AVPacket* packet) {
  avcodec_send_packet(track.decoder.get(), packet);  // a damaged packet is a gap of silence at worst
  while (avcodec_receive_frame(track.decoder.get(), frame_.get()) >= 0) {
    const auto time = frame_->best_effort_timestamp;
    const bool known = time != AV_NOPTS_VALUE;
    const auto at = known ? av_rescale_q(time, track.in->time_base, track.encoder->time_base) : 0;
    if (track.samples == AV_NOPTS_VALUE) track.samples = at;
    if (known) {
      TRY(const bool wanted, keep_in_step(track, at));
      if (!wanted) continue;
    }
    swr_convert(track.resampler.get(), nullptr, 0, const_cast<const std::uint8_t**>(frame_->extended_data),
                frame_->nb_samples);
    TRY_VOID(encode_ready(track, false));
  }
  return {};
}

// Brings the track to the time of the frame that comes next: what is missing, where packets were lost or a recording
// stood still, becomes silence. False where so much is there already that the frame is to be left out, as where files
// were joined whose sound overlaps.
Result<bool> SoundTracks::keep_in_step(Track& track, std::int64_t at) {
  const std::int64_t rate = track.encoder->sample_rate;
  const std::int64_t noticed = rate / 25;  // sound is seen to be early from 45 ms on (ITU-R BT.1359)
  const std::int64_t most_missing = 3600 * rate, most_overlap = rate;  // beyond, it is the times that are damaged
  std::int64_t missing = at - track.samples - swr_get_delay(track.resampler.get(), rate);
  if (missing < -noticed && missing > -most_overlap) return false;
  if (missing < noticed || missing > most_missing) return true;
  while (missing > 0) {
    constexpr std::int64_t at_once = 8192;
    const auto some = std::min(missing, at_once);
    const auto count = static_cast<int>(some * track.decoder->sample_rate / rate);
    if (const int code = swr_inject_silence(track.resampler.get(), count); code < 0)
      return fail(Code::external, "Cannot fill a gap in the sound: {}", av_error(code));
    missing -= some;
    TRY_VOID(encode_ready(track, false));
  }
  return true;
}

Result<> SoundTracks::encode_ready(Track& track, bool flush) {
  const int block = track.encoder->frame_size;
  if (flush) swr_convert(track.resampler.get(), nullptr, 0, nullptr, 0);
  while (true) {
    const auto ready = swr_get_delay(track.resampler.get(), track.encoder->sample_rate);
    if (ready < block && !(flush && ready > 0)) return {};
    FramePtr out(av_frame_alloc());
    out->nb_samples = block;
    out->format = track.encoder->sample_fmt;
    out->sample_rate = track.encoder->sample_rate;
    av_channel_layout_copy(&out->ch_layout, &track.encoder->ch_layout);
    av_frame_get_buffer(out.get(), 0);
    const int got = swr_convert(track.resampler.get(), out->extended_data, block, nullptr, 0);
    if (got <= 0) return {};
    out->nb_samples = got;
    out->pts = track.samples;
    track.samples += got;
    TRY_VOID(encode(track, out.get()));
  }
}

Result<> SoundTracks::encode(Track& track, const AVFrame* samples) {
  if (const int code = avcodec_send_frame(track.encoder.get(), samples); code < 0) {
    return fail(Code::external, "Cannot encode the sound: {}", av_error(code));
  }
  while (avcodec_receive_packet(track.encoder.get(), encoded_packet_.get()) >= 0) {
    TRY_VOID(write_packet(*encoded_packet_, track, track.encoder->time_base));
  }
  return {};
}

}  // namespace understudy::media
