// SPDX-License-Identifier: Apache-2.0
#include "lib/media/cut.hpp"

#include <algorithm>
#include <limits>

#include "lib/media/output.hpp"
#include "lib/media/packet_index.hpp"

namespace understudy::media {
namespace {

class Copying {
 public:
  Copying(const fs::path& input, double from, double to) : path_(input), from_(from), to_(to) {}
  Result<> open(bool sound, int sound_track);
  Result<> write(const fs::path& target, const fs::path& temporary);
  const Cut& report() const { return cut_; }

 private:
  Result<> find_start();
  Result<> add_streams(AVFormatContext& output);
  Result<> copy_packets(AVFormatContext& output);
  double seconds(std::int64_t time, const AVStream& stream) const {
    return static_cast<double>(time) * av_q2d(stream.time_base);
  }

  const fs::path& path_;
  double from_, to_;
  InputPtr input_;
  AVStream* picture_ = nullptr;
  std::vector<int> target_;  // stream of the output for each of the input, or -1
  std::int64_t start_dts_ = 0;
  std::int64_t start_pts_ = 0;  // becomes time zero
  double start_ = 0;            // the same in seconds
  Cut cut_;
};

Result<> Copying::open(bool sound, int sound_track) {
  TRY(input_, open_input(path_));
  TRY(picture_, picture_stream(*input_, path_));
  target_.assign(input_->nb_streams, -1);
  int next = 0, tracks = 0;
  target_[static_cast<std::size_t>(picture_->index)] = next++;
  for (unsigned i = 0; i < input_->nb_streams; ++i) {
    if (!sound || input_->streams[i]->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    if (++tracks == sound_track || sound_track == 0) target_[i] = next++;
  }
  if (sound && sound_track > tracks)
    return fail(Code::bad_option, "{} has no sound track {}: it has {}", path_.string(), sound_track, tracks);
  cut_.sound_tracks = next - 1;
  return find_start();
}

Result<> Copying::find_start() {
  TRY(const PacketIndex index, index_packets(*input_, *picture_, path_));
  if (index.keys.empty())
    return fail_with_hint(Code::bad_file, fmt::format("{} has no key frames to cut at", path_.string()),
                          "Leave out --fast: it is then encoded anew.");
  if (seconds(index.pts.back(), *picture_) < from_)
    return fail(Code::bad_option, "{} ends before {:.3f} s", path_.string(), from_);
  const auto* key = &index.keys.front();
  for (const auto& candidate : index.keys) {
    if (seconds(candidate.pts, *picture_) <= from_ + 1e-6) key = &candidate;
  }
  start_pts_ = key->pts;
  start_ = seconds(key->pts, *picture_);
  start_dts_ = key->dts;
  for (unsigned i = 0; i < input_->nb_streams; ++i)
    input_->streams[i]->discard = target_[i] < 0 ? AVDISCARD_ALL : AVDISCARD_DEFAULT;
  if (av_seek_frame(input_.get(), picture_->index, key->dts, AVSEEK_FLAG_BACKWARD) < 0)
    return fail(Code::bad_file, "{} cannot be cut without encoding: its key frames cannot be reached", path_.string());
  return {};
}

Result<> Copying::add_streams(AVFormatContext& output) {
  std::vector<const AVStream*> order(
      static_cast<std::size_t>(std::ranges::count_if(target_, [](int t) { return t >= 0; })));
  for (unsigned i = 0; i < input_->nb_streams; ++i)
    if (target_[i] >= 0) order[static_cast<std::size_t>(target_[i])] = input_->streams[i];
  for (const AVStream* in : order) {
    AVStream* out = avformat_new_stream(&output, nullptr);
    avcodec_parameters_copy(out->codecpar, in->codecpar);
    out->codecpar->codec_tag = 0;  // containers have their own names for codecs
    out->time_base = in->time_base;
    out->avg_frame_rate = in->avg_frame_rate;
    out->sample_aspect_ratio = in->sample_aspect_ratio;
    out->disposition = in->disposition;
    av_dict_copy(&out->metadata, in->metadata, 0);
    copy_side_data(*in, *out);
  }
  return {};
}

Result<> Copying::copy_packets(AVFormatContext& output) {
  PacketPtr packet(av_packet_alloc());
  bool pictures_ended = false;
  std::int64_t last_picture = std::numeric_limits<std::int64_t>::min();
  double last_sound = start_;
  while (av_read_frame(input_.get(), packet.get()) >= 0) {
    const auto index = static_cast<std::size_t>(packet->stream_index);
    AVStream& in = *input_->streams[index];
    const auto dts = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
    const bool is_picture = &in == picture_;
    const double at = seconds(dts, in);
    // Packets go on until no frame between those written is missing: a B-frame follows the later frame that it leans
    // on.
    if (is_picture) pictures_ended = pictures_ended || (at >= to_ && packet->pts > last_picture);
    const bool wanted = target_[index] >= 0 && dts != AV_NOPTS_VALUE &&
                        (is_picture ? dts >= start_dts_ && !pictures_ended : at >= start_ && at < to_);
    if (!is_picture) last_sound = std::max(last_sound, at);
    if (pictures_ended && (cut_.sound_tracks == 0 || last_sound >= to_)) break;
    if (wanted) {
      if (is_picture) {
        ++cut_.frames;
        last_picture = std::max(last_picture, packet->pts);
        cut_.to = std::max(cut_.to, seconds(packet->pts + std::max<std::int64_t>(packet->duration, 1), in));
      }
      const auto shift = av_rescale_q(start_pts_, picture_->time_base, in.time_base);
      AVStream& out = *output.streams[target_[index]];
      if (packet->pts != AV_NOPTS_VALUE) packet->pts -= shift;
      if (packet->dts != AV_NOPTS_VALUE) packet->dts -= shift;
      av_packet_rescale_ts(packet.get(), in.time_base, out.time_base);
      packet->stream_index = out.index;
      packet->pos = -1;
      if (const int code = av_interleaved_write_frame(&output, packet.get()); code < 0)
        return fail(Code::io, "Cannot write the cut: {}", av_error(code));
    }
    av_packet_unref(packet.get());
  }
  cut_.from = start_;
  return {};
}

Result<> Copying::write(const fs::path& target, const fs::path& temporary) {
  TRY(const OutputPtr output, open_output(target, temporary));
  for (unsigned i = 0; i < input_->nb_streams; ++i) {
    const AVStream& in = *input_->streams[i];
    if (target_[i] < 0 || takes(*output->oformat, in)) continue;
    return fail_with_hint(
        Code::bad_option,
        fmt::format("{} of {} cannot go into {} without being encoded", avcodec_get_name(in.codecpar->codec_id),
                    path_.filename().string(), target.filename().string()),
        "Give a name that ends in .mkv, or leave out --fast.");
  }
  TRY_VOID(add_streams(*output));
  TRY_VOID(write_header(*output, target));
  TRY_VOID(copy_packets(*output));
  return finish_output(*output, target);
}

}  // namespace

Result<Cut> copy_part(const fs::path& input, const fs::path& output, double from, double to, bool sound,
                      int sound_track, const std::function<Result<>()>& before_rename) {
  Copying copying(input, from, to);
  TRY_VOID(copying.open(sound, sound_track));
  const auto fill = [&](const fs::path& temporary) { return copying.write(output, temporary); };
  TRY_VOID(write_through(output, fill, before_rename));
  return copying.report();
}

}  // namespace understudy::media
