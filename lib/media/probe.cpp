// SPDX-License-Identifier: Apache-2.0
#include "lib/media/probe.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/media/packet_index.hpp"
#include "lib/media/stream_light.hpp"
#include "lib/media/video_info.hpp"
#include "lib/media/wholeness.hpp"

namespace understudy::media {
namespace {

// The matrix is stored as rows (a b u)(c d v)(x y w) acting on row vectors. Free angles are rounded to quarter turns.
Orientation read_orientation(const AVStream& stream) {
  const auto* m = side_data<std::int32_t>(stream, AV_PKT_DATA_DISPLAYMATRIX, 36);
  if (!m) return {};
  const double a = m[0], b = m[1], c = m[3], d = m[4];
  auto sign = [](double v) { return v > 0 ? 1 : v < 0 ? -1 : 0; };
  if (std::abs(a) + std::abs(d) >= std::abs(b) + std::abs(c)) {
    if (sign(a) == 0 || sign(d) == 0) return {};
    return {sign(a), 0, 0, sign(d)};
  }
  if (sign(b) == 0 || sign(c) == 0) return {};
  return {0, sign(c), sign(b), 0};
}

ColourTags read_colour(const AVCodecParameters& stream) {
  ColourTags colour{stream.color_space, stream.color_primaries, stream.color_trc,
                    stream.color_range == AVCOL_RANGE_JPEG, false};
  plain_format(static_cast<AVPixelFormat>(stream.format), colour.full_range);
  const auto* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(stream.format));
  if (format && (format->flags & AV_PIX_FMT_FLAG_RGB)) {
    colour.full_range = true;
    return colour;
  }
  // Grey pictures are of full range, though FFmpeg's decoders do not say so (TIFF 6.0, section 4: 0 is black, the
  // largest number white).
  constexpr std::array pictures{AV_CODEC_ID_TIFF, AV_CODEC_ID_JPEG2000, AV_CODEC_ID_PNG, AV_CODEC_ID_BMP};
  if (format && format->nb_components <= 2 && stream.color_range != AVCOL_RANGE_MPEG &&
      std::ranges::find(pictures, stream.codec_id) != pictures.end())
    colour.full_range = true;
  if (stream.codec_id == AV_CODEC_ID_WEBP) colour.matrix = AVCOL_SPC_SMPTE170M;  // always
  if (colour.matrix == AVCOL_SPC_UNSPECIFIED || colour.matrix == AVCOL_SPC_RGB) {
    colour.matrix_assumed = true;
    colour.matrix = std::min(stream.width, stream.height) >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
  }
  return colour;
}

// Frame spacings that differ by more than rounding to the time base and half a percent mean a variable rate.
void read_timing(VideoInfo& info, const AVStream& stream) {
  const auto& t = info.ticks;
  const double tick = info.time_base.value();
  double step = stream.avg_frame_rate.num > 0 ? 1 / av_q2d(stream.avg_frame_rate) : 0;
  if (t.size() > 1) {
    std::int64_t shortest = t[1] - t[0], longest = shortest;
    for (std::size_t i = 2; i < t.size(); ++i) {
      shortest = std::min(shortest, t[i] - t[i - 1]);
      longest = std::max(longest, t[i] - t[i - 1]);
    }
    const double mean = static_cast<double>(t.back() - t.front()) / static_cast<double>(t.size() - 1);
    info.variable_rate = static_cast<double>(longest - shortest) > 2 + 0.005 * mean;
    if (info.variable_rate || step <= 0) step = mean * tick;
  }
  if (step <= 0) step = 1.0 / 25;
  const bool nominal = !info.variable_rate && stream.avg_frame_rate.num > 0;
  info.frame_rate = ours(nominal ? stream.avg_frame_rate : av_d2q(1 / step, 1001000));
  info.duration = static_cast<double>(t.back() - t.front()) * tick + step;
}

// On the picture stream, on a track of its own (tmcd), or of the whole file.
std::string read_timecode(const AVFormatContext& input, const AVStream& pictures) {
  const auto in = [](const AVDictionary* tags) -> std::string {
    const auto* entry = av_dict_get(tags, "timecode", nullptr, 0);
    // "hh:mm:ss:ff" with at most two digits more; it is written into files again.
    const std::string text = entry && entry->value ? entry->value : "";
    const bool plain =
        text.size() >= 11 && text.size() <= 13 && text.find_first_not_of("0123456789:;.") == std::string::npos;
    return plain ? text : "";
  };
  if (auto own = in(pictures.metadata); !own.empty()) return own;
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    if (input.streams[i]->codecpar->codec_type != AVMEDIA_TYPE_DATA) continue;
    if (auto own = in(input.streams[i]->metadata); !own.empty()) return own;
  }
  return in(input.metadata);
}

bool is_interlaced(AVFieldOrder order) {
  return order == AV_FIELD_TT || order == AV_FIELD_BB || order == AV_FIELD_TB || order == AV_FIELD_BT;
}

void tell_oddities(VideoInfo& info, const PacketIndex& index) {
  const auto name = info.path.filename().string();
  std::error_code error;
  const auto size = fs::file_size(info.path, error);
  if (const auto announced = announced_size(info.path); !error && announced > size)
    info.remarks.push_back(
        fmt::format("{} is cut short: {:.1f} of {:.1f} MB are there; what is there is used, {} frames", name,
                    static_cast<double>(size) / 1e6, static_cast<double>(announced) / 1e6, info.count()));
  if (index.joined)
    info.remarks.push_back(fmt::format(
        "The times of {} begin anew in the middle, as of files that were joined: the parts follow on each other",
        name));
  if (info.interlaced)
    info.remarks.push_back(
        fmt::format("{} is interlaced: what moves has combed edges. Frames without them are made by: understudy frames "
                    "extract --deinterlace",
                    name));
}

}  // namespace

std::string to_text(const ColourTags& colour) {
  std::string matrix = fmt::format("matrix {}", colour.matrix);
  if (colour.matrix == AVCOL_SPC_BT709) matrix = "BT.709";
  if (colour.matrix == AVCOL_SPC_SMPTE170M || colour.matrix == AVCOL_SPC_BT470BG) matrix = "BT.601";
  if (colour.matrix == AVCOL_SPC_BT2020_NCL || colour.matrix == AVCOL_SPC_BT2020_CL) matrix = "BT.2020";
  if (colour.matrix == AVCOL_SPC_RGB || colour.matrix == AVCOL_SPC_UNSPECIFIED) matrix = "RGB";
  return fmt::format("{}, {} range{}", matrix, colour.full_range ? "full" : "limited",
                     colour.matrix_assumed ? " (matrix assumed: the file does not say)" : "");
}

Result<VideoInfo> describe_video(AVFormatContext& input, const AVStream& stream, PacketIndex& index,
                                 const fs::path& path) {
  if (index.pts.empty()) {
    return fail_with_hint(Code::bad_file, fmt::format("{} has a picture track without a single frame", path.string()),
                          "Copy or download the file again in full.");
  }
  VideoInfo info;
  info.path = path;
  info.container = input.iformat->name;
  info.codec = avcodec_get_name(stream.codecpar->codec_id);
  info.orientation = read_orientation(stream);
  info.width = stream.codecpar->width;
  info.height = stream.codecpar->height;
  if (info.orientation.swaps_sides()) std::swap(info.width, info.height);
  if (stream.codecpar->sample_aspect_ratio.num > 0) info.pixel_aspect = ours(stream.codecpar->sample_aspect_ratio);
  info.time_base = ours(stream.time_base);
  info.ticks = index.pts;
  info.colour = read_colour(*stream.codecpar);
  if (info.colour.transfer == AVCOL_TRC_SMPTE2084) info.light = light_of(stream);
  if (const auto* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(stream.codecpar->format)))
    info.bit_depth = format->comp[0].depth;
  for (unsigned i = input.nb_streams; i-- > 0;) {
    const AVStream& sound = *input.streams[i];
    if (sound.codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    ++info.sound_tracks;
    if (sound.start_time != AV_NOPTS_VALUE)
      info.sound_start = static_cast<double>(sound.start_time) * av_q2d(sound.time_base);
  }
  read_timing(info, stream);
  info.timecode = read_timecode(input, stream);
  info.interlaced = is_interlaced(stream.codecpar->field_order);
  tell_oddities(info, index);
  return info;
}

Result<VideoInfo> probe(const fs::path& path) {
  TRY(const InputPtr input, open_input(path));
  TRY(const AVStream* const stream, picture_stream(*input, path));
  TRY(PacketIndex index, index_packets(*input, *stream, path));
  return describe_video(*input, *stream, index, path);
}

std::string library_version() { return av_version_info(); }

}  // namespace understudy::media
