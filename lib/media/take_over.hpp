// SPDX-License-Identifier: Apache-2.0
// What a video that is made of another one's frames takes over from it.
#pragma once

#include "lib/media/write_video.hpp"

namespace understudy::media {

// How its frames are to be shown, as the decoder gives them: turned upright, HDR as SDR.
void take_look(VideoOptions&, const VideoInfo& from);
// As they are encoded: these colours, and what `from` tells of its light if it has the same.
void take_own_colours(VideoOptions&, const ColourTags&, const VideoInfo* from);
// Its sound, if it has some and `sound`, and its timecode; the new video begins with its first frame, wherever that is
// in its time (a transport stream may start anywhere).
void take_sound_and_timecode(VideoOptions&, const VideoInfo& from, bool sound = true);

}  // namespace understudy::media
