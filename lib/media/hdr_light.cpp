// SPDX-License-Identifier: Apache-2.0
#include "lib/media/hdr_light.hpp"

#include <cmath>

#include "lib/media/stream_light.hpp"

namespace understudy::media {
namespace {

void read(HdrLight& light, const AVMasteringDisplayMetadata& display) {
  if (display.has_primaries) {
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t i = 0; i < 2; ++i) light.primaries[c][i] = av_q2d(display.display_primaries[c][i]);
    for (std::size_t i = 0; i < 2; ++i) light.white[i] = av_q2d(display.white_point[i]);
  }
  if (display.has_luminance) {
    light.darkest = av_q2d(display.min_luminance);
    light.brightest = av_q2d(display.max_luminance);
  }
}

template <class T>
const T* of_frame(const AVFrame& frame, AVFrameSideDataType type) {
  const auto* side = av_frame_get_side_data(&frame, type);
  return side && side->size >= sizeof(T) ? reinterpret_cast<const T*>(side->data) : nullptr;
}

HdrLight read_both(const AVMasteringDisplayMetadata* display, const AVContentLightMetadata* content) {
  HdrLight light;
  if (display) read(light, *display);
  if (content) {
    light.max_content = static_cast<int>(content->MaxCLL);
    light.max_average = static_cast<int>(content->MaxFALL);
  }
  // Fractions of files are anything: what is no number tells nothing.
  for (const double v : {light.darkest, light.brightest, light.white[0], light.white[1]})
    if (!std::isfinite(v)) return {};
  for (const auto& xy : light.primaries)
    if (!std::isfinite(xy[0]) || !std::isfinite(xy[1])) return {};
  return light;
}

// ST 2086 counts colours in 1/50,000 and light in 1/10,000 nit.
AVRational coordinate(double v) { return {static_cast<int>(std::lround(v * 50000)), 50000}; }
AVRational nits(double v) { return {static_cast<int>(std::lround(v * 10000)), 10000}; }

}  // namespace

HdrLight light_of(const AVStream& stream) {
  return read_both(side_data<AVMasteringDisplayMetadata>(stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA),
                   side_data<AVContentLightMetadata>(stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL));
}

HdrLight light_of(const AVFrame& frame) {
  return read_both(of_frame<AVMasteringDisplayMetadata>(frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA),
                   of_frame<AVContentLightMetadata>(frame, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL));
}

void tell_light(AVStream& stream, const HdrLight& light) {
  if (light.tells_display()) {
    if (auto* display = reinterpret_cast<AVMasteringDisplayMetadata*>(av_stream_new_side_data(
            &stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, sizeof(AVMasteringDisplayMetadata)))) {
      *display = {};
      for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i < 2; ++i) display->display_primaries[c][i] = coordinate(light.primaries[c][i]);
      for (std::size_t i = 0; i < 2; ++i) display->white_point[i] = coordinate(light.white[i]);
      display->min_luminance = nits(light.darkest);
      display->max_luminance = nits(light.brightest);
      display->has_primaries = display->has_luminance = 1;
    }
  }
  if (light.tells_content()) {
    if (auto* content = reinterpret_cast<AVContentLightMetadata*>(
            av_stream_new_side_data(&stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, sizeof(AVContentLightMetadata)))) {
      *content = {};
      content->MaxCLL = static_cast<unsigned>(light.max_content);
      content->MaxFALL = static_cast<unsigned>(light.max_average);
    }
  }
}

std::string x265_light(const HdrLight& light) {
  std::string text;
  if (light.tells_display()) {
    const auto xy = [](const std::array<double, 2>& p) {
      return fmt::format("({},{})", coordinate(p[0]).num, coordinate(p[1]).num);
    };
    text += fmt::format(":master-display=G{}B{}R{}WP{}L({},{})", xy(light.primaries[1]), xy(light.primaries[2]),
                        xy(light.primaries[0]), xy(light.white), nits(light.brightest).num, nits(light.darkest).num);
  }
  if (light.tells_content()) text += fmt::format(":max-cll={},{}", light.max_content, light.max_average);
  return text;
}

}  // namespace understudy::media
