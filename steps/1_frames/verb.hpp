// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/jobs/verb.hpp"
#include "lib/project/workspace.hpp"
#include "steps/1_frames/frames.hpp"

namespace understudy {

Verb frames_extract_verb();
std::vector<Verb> frames_verbs();  // that one, and import, cut, denoise
Result<FramesPaths> frames_paths(const Workspace&, Side, const FramesOptions&);

}  // namespace understudy
