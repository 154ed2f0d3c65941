// SPDX-License-Identifier: Apache-2.0
// Of which clip the frames are: a folder bears the same name whatever is extracted into it.
#pragma once

#include <map>
#include <nlohmann/json.hpp>

#include "lib/project/extract_journal.hpp"
#include "steps/2_extract/frame_contents.hpp"

namespace understudy {

struct FrameOrigin {
  // Kind and name of the source, size and length of a video; "clips": by the names of their manifests, the videos that
  // a folder's frames were taken from, and when each was shown.
  nlohmann::json said;
  std::map<std::string, std::string> clip_of;  // stem of a frame -> name of the manifest that tells its clip
};
// Pictures that were imported have no clip: their manifest knows them by name only, which another sequence has too.
FrameOrigin origin_of(const media::FrameSource&, const std::vector<fs::path>& manifests);

// The same without the clips: of what the first pass sees, which knows each picture by its content.
nlohmann::json place_of(const media::FrameSource&);

// Whether a frame had that content before it was denoised: its original lies beside then.
bool is_original(const media::FrameSource&, const std::string& name, std::uint64_t content);

// Whether an extraction that knows such an origin and such frames was of the same clips. What an older version did not
// say is no difference. Where no clip is told, the pictures themselves are asked: another clip has taken the folder
// when most of those that are known by name are others now, and not for having been denoised, whose originals lie
// beside.
bool same_clips(const Journal&, const FrameOrigin&, const media::FrameSource&, FrameContents&);

}  // namespace understudy
