// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"
#include "lib/project/workspace.hpp"
#include "steps/7_video/video.hpp"

namespace understudy {

Verb video_encode_verb();
Result<VideoPaths> video_paths(const Workspace&, const VideoEncodeOptions&);

}  // namespace understudy
