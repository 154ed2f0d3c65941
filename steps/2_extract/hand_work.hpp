// SPDX-License-Identifier: Apache-2.0
// What --manual says, brought into RawFaces, where it stays.
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/2_extract/manual.hpp"
#include "steps/2_extract/raw_faces.hpp"

namespace understudy {

// Warns of entries for frames that are not there. `frames`: indices in the source of all that count.
Result<std::map<std::string, HandFrame>> read_hand_work(const fs::path& manual, const media::FrameSource&,
                                                        const std::vector<std::int64_t>& frames, Run&);
Result<> store_hand_work(const std::map<std::string, HandFrame>&, media::FrameSource&,
                         const std::vector<std::int64_t>& frames, FrameContents&, RawFaces&, Run&);
// Hand work goes by the frame's name; where its picture is another one now, and not for having been denoised, the user
// is told to look.
void tell_of_changed_pictures(const RawFaces&, const media::FrameSource&, FrameContents&, Run&);

}  // namespace understudy
