// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"
#include "lib/project/workspace.hpp"
#include "steps/1_frames/frames.hpp"

namespace understudy {

Verb frames_extract_verb();
Result<FramesPaths> frames_paths(const Workspace&, Side, const FramesOptions&);

}  // namespace understudy
