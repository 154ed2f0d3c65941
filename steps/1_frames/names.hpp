// SPDX-License-Identifier: Apache-2.0
// How frames of several sources share one folder: each source's names begin with a prefix of its own.
#pragma once

#include <functional>
#include <string>

#include "lib/base/files.hpp"

namespace understudy {

// Letters, digits and '-', not ending in a digit; empty is fine. bad_option says why not.
Result<> check_prefix(const std::string&);
// frames-src.json, with a prefix frames-src-<prefix>.json: when each frame is shown.
fs::path manifest_of(const fs::path& folder, const std::string& name, const std::string& prefix);
// The images of a folder that could be this source's: prefix and number, or without a prefix all that no other source's
// manifest beside this one names.
std::vector<fs::path> images_of_prefix(const fs::path& folder, const fs::path& manifest, const std::string& prefix);
// Written when a denoising's results are in their places.
fs::path seal_of_originals(const fs::path& originals);
// Where a denoising keeps the moves of originals until they are done; they lead from the frames to the originals.
fs::path moves_of_denoising(const fs::path& results);
// What a denoising keeps of frames that are made anew is put aside: a later one would take it for theirs. `which`: by
// their names. To be called with the folder of frames taken.
Result<> put_originals_aside(const fs::path& frames, const std::function<bool(const fs::path& name)>& which,
                             const std::function<void(std::string)>& tell);
// "a folder" or "a picture": what a source is that is no video.
const char* picture_or_folder(const fs::path&);
// "img2" before "img10".
bool natural_less(std::string_view a, std::string_view b);

}  // namespace understudy
