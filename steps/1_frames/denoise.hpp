// SPDX-License-Identifier: Apache-2.0
// Noise taken out of a sequence of frames, over space and time (spec pipeline.md 10.3).
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/1_frames/options.hpp"

namespace understudy {

struct DenoisePaths {
  std::filesystem::path source;     // a video, or the folder of frames
  std::filesystem::path frames;     // the workspace's folder; empty with --output
  std::filesystem::path originals;  // <frames>_original
  std::filesystem::path results;    // <frames>_denoised, or --output
  std::filesystem::path manifest;   // for the frames of a video
};
// Frames are filtered in parts of some hundred, each led in by those before it, so that parts can be done side by side
// and a run that was killed goes on. When all are done they take the places of the originals, which move to
// `originals`; a further run starts from these again. The frames must be of one size.
Result<std::string> denoise_frames(const DenoiseOptions&, const DenoisePaths&, Run&);
// The originals back in their places.
Result<std::string> undo_denoising(const DenoisePaths&, Run&);

}  // namespace understudy
