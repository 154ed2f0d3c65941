// SPDX-License-Identifier: Apache-2.0
// What lies around a folder of frames: the manifests that say of which clips they are, and what a denoising keeps.
#pragma once

#include "lib/project/workspace.hpp"

namespace understudy {

// The manifests (lib/media/sequence.hpp) that may speak of the frames in a folder: the workspace's when it is that
// side's own folder, and those that lie in the folder itself. By name.
std::vector<fs::path> frame_manifests(const Workspace&, Side, const fs::path& frames);
// Beside the frames' own place, so that files can be moved; an older version put them beside a link to it.
fs::path originals_of(const fs::path& frames);  // FRAMES_original: as they were before a denoising
fs::path denoised_of(const fs::path& frames);   // FRAMES_denoised: while it is at work
// Whether MadeFiles says so of a file that a denoising made: one that was extracted or imported since is ours, too, but
// no denoised frame.
bool is_denoising(const std::string& made_of);

}  // namespace understudy
