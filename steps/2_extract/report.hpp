// SPDX-License-Identifier: Apache-2.0
// What an extraction says when it ends.
#pragma once

#include "lib/project/extract_journal.hpp"
#include "steps/2_extract/extract.hpp"
#include "steps/2_extract/frame_queue.hpp"

namespace understudy {

// The faces of all frames that count, and the frames that are out of the ordinary.
void tell_faces(const media::FrameSource&, const std::vector<std::int64_t>& frames, const Journal&, ExtractReport&);
void tell_times(const ThreadSeconds&, ExtractReport&);

}  // namespace understudy
