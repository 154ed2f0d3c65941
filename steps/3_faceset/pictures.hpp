// SPDX-License-Identifier: Apache-2.0
// Pictures made of the faces for looking at or for other programs: landmarks drawn in, masks (spec pipeline.md 4.2).
#pragma once

#include "lib/jobs/run.hpp"
#include "steps/3_faceset/options.hpp"

namespace understudy {

// <stem>_debug.jpg into <folder>_landmarks.
Result<std::string> draw_landmark_pictures(const std::filesystem::path& folder, const PictureOptions&, Run&);
// <stem>_mask.png (with `beside`: .jpg) into <folder>_masks: the mask in the face at 0.5, else its polygons. Faces
// without either are told of.
Result<std::string> export_masks(const std::filesystem::path& folder, const PictureOptions&, Run&);

}  // namespace understudy
