// SPDX-License-Identifier: Apache-2.0
// A part of a video as a video of its own.
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/1_frames/options.hpp"

namespace understudy {

struct CutPaths {
  std::filesystem::path input;
  std::filesystem::path output;
};
// Exactly the frames from `from` up to `to`, encoded anew (H.264, 8 bit; HDR becomes SDR), or with `fast` the packets
// from the key frame before, untouched. bad_option when the output exists and is not to be written over.
Result<std::string> cut_video(const CutOptions&, const CutPaths&, Run&);

// "12.5", "1:02.5", "0:01:02.500" in seconds.
Result<double> parse_time(std::string_view);

}  // namespace understudy
