// SPDX-License-Identifier: Apache-2.0
#include "lib/media/join_video.hpp"

#include <algorithm>
#include <limits>

#include "lib/base/text.hpp"
#include "lib/media/marking.hpp"
#include "lib/media/output.hpp"
#include "lib/media/sound.hpp"

namespace understudy::media {
namespace {

class Joining {
 public:
  Joining(const fs::path& target, const VideoOptions& options) : target_(target), options_(options) {}

  Result<> start(const fs::path& temporary, const fs::path& first) {
    TRY(output_, open_output(target_, temporary));
    TRY(const InputPtr input, open_input(first));
    TRY(const AVStream* const in, picture_stream(*input, first));
    out_ = avformat_new_stream(output_.get(), nullptr);
    avcodec_parameters_copy(out_->codecpar, in->codecpar);
    // What the part's container called it; another container has its own names.
    if (output_->oformat != nullptr && std::string_view(output_->oformat->name) == "matroska")
      out_->codecpar->codec_tag = 0;
    out_->time_base = av(options_.time_base);
    out_->avg_frame_rate = av(options_.frame_rate);
    out_->sample_aspect_ratio = av(options_.pixel_aspect);
    copy_side_data(*in, *out_);
    if (!options_.timecode.empty()) av_dict_set(&out_->metadata, "timecode", options_.timecode.c_str(), 0);
    TRY(sound_,
        SoundTracks::open(options_.sound_from, *output_, options_.sound_shift, options_.sound_part, options_.tell));
    add_marks(*output_, options_);
    return write_header(*output_, target_);
  }

  Result<> add(const VideoPart& part) {
    TRY(const InputPtr input, open_input(part.file));
    TRY(const AVStream* const in, picture_stream(*input, part.file));
    const std::int64_t shift = av_rescale_q(part.tick, av(options_.time_base), out_->time_base);
    PacketPtr packet(av_packet_alloc());
    int code = 0;
    while ((code = av_read_frame(input.get(), packet.get())) >= 0) {
      if (packet->stream_index == in->index) {
        av_packet_rescale_ts(packet.get(), in->time_base, out_->time_base);
        TRY_VOID(write(*packet, shift));
        ++frames_;
      }
      av_packet_unref(packet.get());
    }
    if (code != AVERROR_EOF) return fail(Code::bad_file, "Cannot read {}: {}", part.file.string(), av_error(code));
    return {};
  }

  Result<> finish() {
    TRY_VOID(sound_->finish());
    return finish_output(*output_, target_);
  }
  VideoWritten report() const { return {frames_, sound_->copied(), sound_->encoded()}; }

 private:
  // Where frames follow one another faster than the nominal rate, a part may begin to be decoded before the last of the
  // part before it; decoding times rise all the same.
  Result<> write(AVPacket& packet, std::int64_t shift) {
    packet.pts += shift;
    packet.dts = std::max(packet.dts + shift, last_dts_ + 1);
    if (packet.dts > packet.pts)
      return fail(Code::internal, "The parts of {} do not follow one another", target_.string());
    last_dts_ = packet.dts;
    TRY_VOID(sound_->write_until(static_cast<double>(packet.dts) * av_q2d(out_->time_base)));
    packet.stream_index = out_->index;
    packet.pos = -1;
    if (const int code = av_interleaved_write_frame(output_.get(), &packet); code < 0)
      return write_failure(target_, code);
    return {};
  }

  const fs::path& target_;
  const VideoOptions& options_;
  OutputPtr output_;
  AVStream* out_ = nullptr;
  std::optional<SoundTracks> sound_;
  std::int64_t last_dts_ = std::numeric_limits<std::int64_t>::min() / 2;
  std::int64_t frames_ = 0;
};

}  // namespace

Result<VideoWritten> join_video(const fs::path& path, const VideoOptions& options,
                                const std::vector<VideoPart>& parts) {
  TRY_VOID(check_container(path, options.codec));
  if (lower_case(path.extension().string()) == ".avi")  // has one rate, and packets of another form
    return fail(Code::bad_option, "Parts cannot be joined into an AVI ({})", path.string());
  if (parts.empty()) return fail(Code::not_found, "There is no frame to write into {}", path.string());
  VideoWritten report;
  const auto fill = [&](const fs::path& temporary) -> Result<> {
    Joining joining(path, options);
    TRY_VOID(joining.start(temporary, parts.front().file));
    for (const auto& part : parts) TRY_VOID(joining.add(part));
    TRY_VOID(joining.finish());
    report = joining.report();
    return options.synthetic ? append_xmp_box(temporary) : Result<>();
  };
  TRY_VOID(write_through(path, fill));
  return report;
}

}  // namespace understudy::media
