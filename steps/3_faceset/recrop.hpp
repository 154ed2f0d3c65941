// SPDX-License-Identifier: Apache-2.0
// A face cut anew: another size, another part of the head, with everything its metadata says in pixels of the crop.
#pragma once

#include <optional>

#include "lib/face/face_file.hpp"

namespace understudy {

// From its own crop (spec pipeline.md 4.3). Without a type it is only scaled; with one, what the old crop does not
// cover is black. bad_file for a picture that is not square or no crop (mark_only).
Result<Face> recropped(const Face&, int size, std::optional<FaceType>);
// From its frame, by the landmarks kept for that. bad_file when there are none.
Result<Face> recropped_from_frame(const Face&, const ImageU8& frame_bgr, int size, std::optional<FaceType>);

}  // namespace understudy
