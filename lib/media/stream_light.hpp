// SPDX-License-Identifier: Apache-2.0
// Internal to lib/media: HDR's light in files, read and written.
#pragma once

#include <string>

#include "lib/media/ffmpeg.hpp"
#include "lib/media/hdr_light.hpp"

namespace understudy::media {

HdrLight light_of(const AVStream&);  // what the container says
HdrLight light_of(const AVFrame&);   // what the coded stream says
void tell_light(AVStream&, const HdrLight&);
// The same for the coded stream, as x265 wants it: ":master-display=…:max-cll=…", empty where nothing is told.
std::string x265_light(const HdrLight&);

}  // namespace understudy::media
