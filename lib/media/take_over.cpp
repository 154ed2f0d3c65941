// SPDX-License-Identifier: Apache-2.0
#include "lib/media/take_over.hpp"

#include <utility>

#include "lib/media/tone_map.hpp"

namespace understudy::media {

void take_look(VideoOptions& options, const VideoInfo& from) {
  options.colour = tags_when_decoded(from.colour);
  options.pixel_aspect = from.pixel_aspect;
  if (from.orientation.swaps_sides()) std::swap(options.pixel_aspect.num, options.pixel_aspect.den);
}

void take_own_colours(VideoOptions& options, const ColourTags& colours, const VideoInfo* from) {
  options.colour = colours;
  if (from && from->colour.transfer == colours.transfer && from->colour.primaries == colours.primaries)
    options.light = from->light;
}

void take_sound_and_timecode(VideoOptions& options, const VideoInfo& from, bool sound) {
  options.timecode = from.timecode;
  if (sound && from.sound_tracks > 0) options.sound_from = from.path;
  options.sound_shift = -static_cast<double>(from.ticks.front()) * from.time_base.value();
}

}  // namespace understudy::media
